import { expect, it } from 'vitest';
import { ArchiveCheck } from './archive-entry.ts';

const limits = { bytes: 1000, entries: 4 };
const file = (path: string, size = 1) => ({ path, type: 'File', size });

it('takes files and folders below one folder, whatever that one is called', () => {
  const check = new ArchiveCheck(limits);
  expect(check.problem({ path: 'package/', type: 'Directory', size: 0 })).toBeUndefined();
  expect(check.problem(file('package/package.json'))).toBeUndefined();
  expect(check.problem(file('package/dist/a..b.js'))).toBeUndefined();
});

it.each(['SymbolicLink', 'Link', 'CharacterDevice', 'BlockDevice', 'FIFO', 'ContiguousFile', 'Unsupported'])(
  'refuses a %s and names it',
  (type) => {
    const problem = new ArchiveCheck(limits).problem({ path: 'package/x', type, size: 0 });
    expect(problem).toBe(`its entry "package/x" is a ${type}`);
  },
);

it.each(['/etc/passwd', '../x', 'package/../../x', 'package/..', 'package\\..\\x', 'package/x\0', ''])(
  'refuses the path %j',
  (path) => {
    expect(new ArchiveCheck(limits).problem(file(path))).toMatch('reaches outside of it');
  },
);

it('refuses entries beside the one folder', () => {
  const check = new ArchiveCheck(limits);
  expect(check.problem(file('package/a'))).toBeUndefined();
  expect(check.problem(file('other/a'))).toBe('its entry "other/a" is not below the folder "package"');
  expect(new ArchiveCheck(limits).problem(file('alone'))).toMatch('not below');
});

it('counts bytes and entries over the whole archive', () => {
  const large = new ArchiveCheck(limits);
  expect(large.problem(file('p/a', 999))).toBeUndefined();
  expect(large.problem(file('p/b', 2))).toBe('it unpacks to more than 1000 bytes');
  const many = new ArchiveCheck(limits);
  const problems = ['a', 'b', 'c', 'd', 'e'].map((name) => many.problem(file(`p/${name}`)));
  expect(problems).toEqual([undefined, undefined, undefined, undefined, 'it has more than 4 entries']);
});
