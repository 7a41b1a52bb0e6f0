/** The code of npm start. @packageDocumentation */
export {};
