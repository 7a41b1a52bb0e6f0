/**
 * What the files of an instance's root are called: `<instance>-root-ca` (reference/rmq-web-csr.md §2.2). An instance without
 * a name is called by its first address, whose slashes would name folders.
 */
export const rootFileName = (instanceName: string): string => `${instanceName}-root-ca`.replaceAll(/[^\w.-]/g, '_');
