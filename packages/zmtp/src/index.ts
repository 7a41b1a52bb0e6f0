/** ZMTP 3.1 over TCP and IPC: greeting, NULL and CURVE, DEALER and ROUTER. @packageDocumentation */
export {};
