import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import type { Runner } from '../runner.ts';
import { twoColumns } from '../two-columns.ts';
import { callAuth, readContents } from './auth-contents.ts';

/** Groups, which have roles; roles, which have capabilities. */
interface Naming {
  readonly one: 'group' | 'role';
  readonly many: 'groups' | 'roles';
  readonly headings: readonly [string, string];
  /** What a name stands for. */
  readonly of: 'roles' | 'capabilities';
}

type Names = Readonly<Record<string, readonly string[]>>;

/** `auth add-…`, `list-…`, `update-…` and `remove-…` for groups or roles. */
export function addNameCommands(auth: Command, run: Runner, naming: Naming): void {
  const { one, many, headings, of } = naming;
  auth
    .command(`add-${one} <${one}> [${of}...]`)
    .description(`add a ${one} with its ${of}`)
    .action(
      run((context, [name = '', ...members]) =>
        change(context, naming, { name, verb: 'added', isNew: true }, () => members),
      ),
    );
  auth
    .command(`list-${many}`)
    .description(`list the ${many} and their ${of}`)
    .action(
      run(async (context) => {
        const names = (await readContents(context))[many];
        context.print(twoColumns(headings, names), names);
      }),
    );
  auth
    .command(`update-${one} <${one}> [${of}...]`)
    .description(`give a ${one} further ${of}, or take some away`)
    .option('--remove', `take these ${of} away`)
    .action(
      run<{ remove?: true }>((context, [name = '', ...members], { remove }) =>
        change(context, naming, { name, verb: 'updated' }, (now) =>
          remove === true ? now.filter((member) => !members.includes(member)) : [...now, ...members],
        ),
      ),
    );
  auth
    .command(`remove-${one} <${one}>`)
    .description(`remove a ${one}`)
    .action(run((context, [name = '']) => change(context, naming, { name, verb: 'removed' }, () => undefined)));
}

interface NameChange {
  readonly name: string;
  readonly verb: 'added' | 'updated' | 'removed';
  readonly isNew?: true;
}

/** Changes what one name stands for; undefined removes it. */
async function change(
  context: CommandContext,
  { one, many }: Naming,
  { name, verb, isNew }: NameChange,
  how: (now: readonly string[]) => readonly string[] | undefined,
): Promise<void> {
  const names: Names = (await readContents(context))[many];
  const exists = Object.hasOwn(names, name);
  if (exists === (isNew === true)) {
    context.refuse(
      `${one} "${name}" ${exists ? 'already exists' : 'does not exist'}`,
      exists ? `${one}-exists` : `${one}-unknown`,
    );
    return;
  }
  const { [name]: now = [], ...others } = names;
  const members = how(now);
  const next = members === undefined ? others : { ...names, [name]: [...new Set(members)] };
  await callAuth(context, `auth_file.set_${many}`, next);
  context.print(`${verb} ${one} "${name}"\n`, { [verb]: name, [many]: next });
}
