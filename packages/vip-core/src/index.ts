/** The language of the platform: messages, codecs, topics, addresses, identities, contracts, errors. @packageDocumentation */
export {};
