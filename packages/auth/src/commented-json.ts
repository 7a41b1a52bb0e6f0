const TOKEN = /"(?:[^"\\]|\\.)*"|\/\/[^\n]*|#[^\n]*|\/\*[\s\S]*?\*\//g;

/** Blanks out the comments of JSON (`#`, `//`, slash-star), so that everything else stays at its line and column. */
export function blankComments(text: string): string {
  return text.replace(TOKEN, (token) => (token.startsWith('"') ? token : token.replace(/[^\n]/g, ' ')));
}
