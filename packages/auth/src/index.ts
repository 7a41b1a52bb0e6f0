/** Who may, and what we hold: key stores, known hosts, auth entries, ZAP decisions, web users. @packageDocumentation */
export {};
