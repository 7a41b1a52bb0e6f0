/** BusConnection and BusListener over ZMTP, with libzmq as second engine for agents. @packageDocumentation */
export {};
