/** HTTPS: discovery, approval, live values. @packageDocumentation */
export {};
