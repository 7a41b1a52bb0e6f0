/** What the bus does for its peers: routing, matching, peer services, the in-process port. @packageDocumentation */
export {};
