/** An address becomes a connection: discovery, enrolment client, choice of bus; the entry of an agent process. @packageDocumentation */
export {};
