/** Leads rounds of federated learning over the secure gRPC channel. @packageDocumentation */
import { defineAgent, t } from '@volttron-ts/agent';
import { serve } from './serve.ts';

const channel = {
  grpc_configuration_file: t.Optional(t.String({ description: 'file with these options, Python words allowed' })),
  grpc_configuration: t.Optional(
    t.Unknown({ description: 'options of the channel: target, use_secure_connection, …' }),
  ),
  target: t.Optional(t.String({ description: 'HOST:PORT to listen at' })),
  use_secure_connection: t.Optional(t.Union([t.Boolean(), t.String()], { description: 'TLS, on both sides' })),
  ssl_private_key: t.Optional(t.String({ description: 'PEM file of the key' })),
  ssl_cert: t.Optional(t.String({ description: 'PEM file of the certificate' })),
  ssl_root_cert: t.Optional(t.String({ description: 'PEM file of the root of the other side' })),
  options: t.Optional(t.Unknown({ description: 'options of gRPC itself, pairs of name and value' })),
};

const seconds = (value: number, description: string) => t.Number({ default: value, minimum: 0, description });
const unused = t.Optional(t.Unknown({ description: 'read by nobody; taken because Mila has it' }));

export default defineAgent({
  name: 'federated-server',
  version: '0.1.0',
  config: t.Object({
    ...channel,
    task_configuration_file: t.String({ description: 'JSON that each client is given' }),
    save_path: t.String({ default: 'federated', description: 'folder of the checkpoints, from the agent’s own' }),
    start_point: t.Optional(t.String({ description: 'checkpoint that the first round begins with' })),
    rounds_count: t.Integer({ default: 10, minimum: 1, description: 'rounds' }),
    minimum_clients: t.Integer({ default: 2, minimum: 1, description: 'clients without which nothing begins' }),
    maximum_clients: t.Integer({ default: 100, minimum: 1, description: 'clients that are taken' }),
    client_wait_time: seconds(10, 'seconds without a new client, after which the first round begins'),
    heartbeat_timeout: seconds(300, 'seconds without a sign of life, after which a client is dead'),
    blacklist: t.Array(t.String(), { default: [], description: 'addresses of clients that are refused' }),
    whitelist: t.Array(t.String(), { default: [], description: 'addresses of clients that are taken' }),
    use_whitelist: t.Boolean({ default: false, description: 'take those of the whitelist only' }),
    aggregation_command: t.Array(t.String(), {
      minItems: 1,
      description: 'program and arguments; the file to write and the checkpoints to aggregate come after them',
    }),
    ...{ server_type: unused, server_manager_type: unused, config_type: unused, executor_type: unused },
    ...{ aggregator_type: unused, aggregator_options: unused, workers: unused },
  }),
  run: serve,
});
