/** A request becomes a decision becomes access: pending keys and certificate requests. @packageDocumentation */
export {};
