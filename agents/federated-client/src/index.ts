/** Takes part in rounds of federated learning over the secure gRPC channel. @packageDocumentation */
import { defineAgent, t } from '@volttron-ts/agent';
import { takePart } from './take-part.ts';

const channel = {
  grpc_configuration_file: t.Optional(t.String({ description: 'file with these options, Python words allowed' })),
  grpc_configuration: t.Optional(
    t.Unknown({ description: 'options of the channel: target, use_secure_connection, …' }),
  ),
  target: t.Optional(t.String({ description: 'HOST:PORT of the server' })),
  use_secure_connection: t.Optional(t.Union([t.Boolean(), t.String()], { description: 'TLS, on both sides' })),
  ssl_private_key: t.Optional(t.String({ description: 'PEM file of the key' })),
  ssl_cert: t.Optional(t.String({ description: 'PEM file of the certificate' })),
  ssl_root_cert: t.Optional(t.String({ description: 'PEM file of the root of the other side' })),
  options: t.Optional(t.Unknown({ description: 'options of gRPC itself, pairs of name and value' })),
};

const unused = t.Optional(t.Unknown({ description: 'read by nobody; taken because Mila has it' }));

export default defineAgent({
  name: 'federated-client',
  version: '0.1.0',
  config: t.Object({
    ...channel,
    name: t.String({ pattern: '^\\w{1,64}$', description: 'letters, digits and underscores' }),
    save_path: t.String({ default: 'federated', description: 'folder of the checkpoints, from the agent’s own' }),
    heartbeat_frequency: t.Number({ default: 60, exclusiveMinimum: 0, description: 'seconds between signs of life' }),
    retry_timeout: t.Number({
      default: 1,
      exclusiveMinimum: 0,
      description: 'seconds before the server is asked again',
    }),
    model_overwrites: t.Record(t.String(), t.Unknown(), {
      default: {},
      description: 'keys that replace those of the configuration that the server gives',
    }),
    training_command: t.Array(t.String(), {
      minItems: 1,
      description: 'program and arguments; configuration, checkpoint to begin with and file to write come after them',
    }),
    client_type: unused,
  }),
  run: takePart,
});
