import { mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { CertificateDirectory, CertificateNameError, RemoteCertificates } from '../src/index.ts';
import { scratchFolder } from './scratch.ts';

const CLIMBING = ['../evil', 'a/b', 'a\\b', '..', '.hidden', '', 'x'.repeat(201), 'a\0b', 'a\nb'];
const given = { certificate: 'CERTIFICATE\n', root: 'ROOT\n', keyName: 'node.forwarder' };

describe('the certificate directory', () => {
  it('keeps pairs and keys in the files of VOLTTRON, keys for their owner only', async () => {
    const home = await scratchFolder();
    const directory = new CertificateDirectory(home);
    expect(await directory.read('node.forwarder')).toBeUndefined();
    await directory.write('node.forwarder', { certificate: 'C', privateKey: 'K' });
    await directory.writeKey('node.puller', 'K2');
    expect(await directory.read('node.forwarder')).toEqual({ certificate: 'C', privateKey: 'K' });
    expect(await directory.readKey('node.puller')).toBe('K2');
    expect(await directory.read('node.puller')).toBeUndefined();
    expect(await directory.list()).toEqual(['node.forwarder']);
    const path = (...names: string[]): string => join(home, 'certificates', ...names);
    expect((await stat(path('private', 'node.puller.pem'))).mode & 0o777).toBe(0o600);
    expect((await stat(path('private'))).mode & 0o777).toBe(0o700);
    expect((await stat(path('certs', 'node.forwarder.crt'))).mode & 0o777).toBe(0o644);
  });

  it('keeps and takes back what remote agents were given', async () => {
    const home = await scratchFolder();
    const directory = new CertificateDirectory(home);
    await directory.writeRemote('central.node.x', 'PEM');
    expect(await readFile(join(home, 'certificates/remote_certs/central.node.x.crt'), 'utf8')).toBe('PEM');
    await directory.writeRemote('central.node.a', 'PEM');
    expect(await directory.listRemote()).toEqual(['central.node.a', 'central.node.x']);
    expect(await directory.readRemote('central.node.x')).toBe('PEM');
    expect(await directory.list()).toEqual([]);
    await directory.removeRemote('central.node.a');
    await directory.removeRemote('central.node.x');
    await directory.removeRemote('central.node.x');
    expect(await directory.readRemote('central.node.x')).toBeUndefined();
    expect(await readdir(join(home, 'certificates/remote_certs'))).toEqual([]);
  });

  it.each(CLIMBING)('has no file for the name %j', async (name) => {
    const directory = new CertificateDirectory(await scratchFolder());
    await expect(directory.read(name)).rejects.toThrow(CertificateNameError);
    await expect(directory.write(name, { certificate: 'C', privateKey: 'K' })).rejects.toThrow(CertificateNameError);
    await expect(directory.writeRemote(name, 'PEM')).rejects.toThrow(CertificateNameError);
  });
});

describe('the certificates that remote platforms gave', () => {
  it('stand in the files of VOLTTRON, with a bundle of all roots', async () => {
    const folder = join(await scratchFolder(), 'forwarder.agent-data');
    const remote = new RemoteCertificates(folder);
    expect(await remote.read('central.node.forwarder', 'central')).toBeUndefined();
    await remote.write({ ...given, name: 'central.node.forwarder', remoteInstance: 'central', ownRoot: 'OWN' });
    await remote.write({ ...given, name: 'campus.node.forwarder', remoteInstance: 'campus', root: 'OTHER\n' });
    expect(await remote.read('central.node.forwarder', 'central')).toEqual({
      certificate: 'CERTIFICATE\n',
      root: 'ROOT\n',
    });
    expect((await readdir(folder)).sort()).toEqual([
      ...['campus.node.forwarder.crt', 'campus.node.forwarder.json', 'campus_ca.crt'],
      ...['central.node.forwarder.crt', 'central.node.forwarder.json', 'central_ca.crt', 'requests_ca_bundle'],
    ]);
    expect(await readFile(join(folder, 'requests_ca_bundle'), 'utf8')).toBe('OTHER\nROOT\n');
    expect(JSON.parse(await readFile(join(folder, 'central.node.forwarder.json'), 'utf8'))).toEqual({
      ...{ remote_ca_name: 'central_ca', local_keyname: 'node.forwarder' },
    });
    await remote.remove('central.node.forwarder');
    expect(await remote.read('central.node.forwarder', 'central')).toBeUndefined();
  });

  it('have their own root first in the bundle', async () => {
    const folder = join(await scratchFolder(), 'data');
    const remote = new RemoteCertificates(folder);
    await remote.write({ ...given, name: 'central.node.x', remoteInstance: 'central', ownRoot: 'OWN\n' });
    expect(await readFile(join(folder, 'requests_ca_bundle'), 'utf8')).toBe('OWN\nROOT\n');
  });

  it.each(CLIMBING)('do not lead elsewhere by the name %j', async (name) => {
    const remote = new RemoteCertificates(await scratchFolder());
    await expect(remote.write({ ...given, name, remoteInstance: 'central' })).rejects.toThrow(CertificateNameError);
    await expect(remote.write({ ...given, name: 'a', remoteInstance: name })).rejects.toThrow(CertificateNameError);
  });

  it('say which file cannot be read', async () => {
    const folder = await scratchFolder();
    await mkdir(join(folder, 'central.node.x.crt'));
    await writeFile(join(folder, 'central_ca.crt'), '');
    await expect(new RemoteCertificates(folder).read('central.node.x', 'central')).rejects.toMatchObject({
      code: 'file-unreadable',
    });
  });
});
