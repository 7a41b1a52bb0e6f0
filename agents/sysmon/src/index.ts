/** Live figures of this host, every second. @packageDocumentation */
export {};
