/** Keys and X.509 certificates: computes, never stores. @packageDocumentation */
export {};
