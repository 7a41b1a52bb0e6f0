import { describe, expect, it } from 'vitest';
import { readRabbitConfig, writeRabbitConfig } from './rabbit-config.ts';

const python = `
# as Python's vcfg writes it
host: gateway.example
ssl: 'true'
amqp-port: 5672
amqp-port-ssl: '5671'
mgmt-port-ssl: 15671
virtual-host: volttron
user: central-admin
pass: default_passwd
rabbitmq-service: False
reconnect-delay: 30
certificate-data: {country: US, common-name: central-root-ca}
`;

describe('rabbitmq_config.yml', () => {
  it("reads Python's file", () => {
    expect(readRabbitConfig(python)).toEqual({
      ...{ host: 'gateway.example', amqpPort: 5671, managementPort: 15_671, virtualHost: 'volttron' },
      ...{
        user: 'central-admin',
        password: 'default_passwd',
        isService: false,
        rmqHome: undefined,
        nodeName: 'rabbit',
      },
    });
  });

  it('has a value for every key that is left out', () => {
    expect(readRabbitConfig('')).toMatchObject({ host: 'localhost', amqpPort: 5671, virtualHost: 'volttron' });
  });

  it("writes what it reads, and leaves Python's other keys alone", () => {
    const config = { ...readRabbitConfig(python), amqpPort: 15_671 };
    const text = writeRabbitConfig(config, python);
    expect(readRabbitConfig(text)).toEqual(config);
    expect(text).toContain('reconnect-delay: 30');
    expect(text).toContain('country: US');
  });

  it.each([
    ['amqp-port-ssl: 70000', 'rabbitmq_config.yml: amqp-port-ssl 70000 is no port.'],
    ['host: [a]', 'rabbitmq_config.yml: host ["a"] is no text.'],
    ['rabbitmq-service: perhaps', 'rabbitmq_config.yml: rabbitmq-service "perhaps" is neither true nor false.'],
    ['ssl: "false"', 'rabbitmq_config.yml: ssl "false" is not to be turned off.'],
    ['- a', 'rabbitmq_config.yml: rabbitmq_config.yml ["a"] holds no keys.'],
    ['host: "', /rabbitmq_config\.yml: rabbitmq_config\.yml is no YAML/],
  ])('names what is wrong in %j', (text, message) => {
    expect(() => readRabbitConfig(text)).toThrow(message);
  });
});
