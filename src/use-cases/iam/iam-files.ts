/**
 * Managed policies as files, and the commands that make them and attach them to a role. Files of the same name are replaced; nothing is
 * ever deleted, and nothing is asked of AWS.
 */
import {mkdir, readdir, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {ExitCode, SluiceError} from '../../errors.ts'
import type {ManagedPolicy} from '../../runbooks/iam/policy-set.ts'

export interface WrittenPolicy extends ManagedPolicy {
  readonly file: string
}

export interface Written {
  readonly policies: readonly WrittenPolicy[]
  /** For a shell. */
  readonly lines: readonly string[]
  /** Files of an earlier time, when there were more policies. */
  readonly left: readonly string[]
}

interface Whose {
  readonly partition: string
  readonly account: string
}

/** `name` without the number; `notes` stand above the commands. */
export async function writePolicies(
  directory: string,
  name: string,
  set: readonly ManagedPolicy[],
  whose: Whose & {readonly notes: readonly string[]},
): Promise<Written> {
  const policies = set.map((policy) => ({...policy, file: join(directory, `${policy.name}.json`)}))
  try {
    await mkdir(directory, {recursive: true})
    for (const {file, document} of policies) await writeFile(file, `${JSON.stringify(document, null, 2)}\n`)
    const ours = (await readdir(directory)).filter(
      (file) => file.startsWith(name) && /^(-\d+)?\.json$/.test(file.slice(name.length)),
    )
    const left = ours.map((file) => join(directory, file)).filter((file) => policies.every((policy) => policy.file !== file))
    return {policies, left, lines: [...whose.notes.map((note) => `# ${note}`), ...attachingLines(policies, whose)]}
  } catch (cause) {
    throw new SluiceError({
      code: 'policy-directory',
      exitCode: ExitCode.usage,
      message: `${directory} can't be written to: ${(cause as Error).message}`,
      suggestions: ['name another directory with --output'],
      cause,
    })
  }
}

/** The role isn't ours to know: without `ROLE` nothing is made. */
const attachingLines = (policies: readonly WrittenPolicy[], {partition, account}: Whose): readonly string[] => [
  ': "${ROLE:?set it to the name of the role that gets these policies}"',
  ...policies.map(({name, file}) => `aws iam create-policy --policy-name ${name} --policy-document ${quoted(`file://${file}`)}`),
  ...policies.map(
    ({name}) => `aws iam attach-role-policy --role-name "$ROLE" --policy-arn arn:${partition}:iam::${account}:policy/${name}`,
  ),
]

const quoted = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`)
