/** The volttron process: services and the one main that wires them. @packageDocumentation */
export {};
