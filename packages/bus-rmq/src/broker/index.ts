/** The care of a RabbitMQ broker. @packageDocumentation */
export { EXCHANGE } from '../names.ts';
