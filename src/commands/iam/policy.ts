import {Flags} from '@oclif/core'
import type {Outcome} from '../../cli/command.ts'
import {SluiceCommand} from '../../cli/command.ts'
import {ExitCode} from '../../errors.ts'
import {askedFor} from '../../use-cases/iam/iam-asked.ts'
import {writePolicies} from '../../use-cases/iam/iam-files.ts'
import {policyName, policyNotes} from '../../use-cases/iam/iam-notes.ts'
import {ownStepsOf} from '../../use-cases/iam/iam-own-steps.ts'
import {policyPlace} from '../../use-cases/infra/infra-policy-place.ts'
import {stackFlags} from '../../use-cases/infra/infra-command.ts'
import {executionPolicy} from '../../infra/stack/execution-policy.ts'
import {readTemplates} from '../../infra/stack/templates.ts'
import {ownRights} from '../../runbooks/iam/own-rights.ts'
import {policySet} from '../../runbooks/iam/policy-set.ts'
import {policyCommands} from '../../runbooks/iam/outside-steps.ts'
import {iamPolicy} from '../../runbooks/iam-policy.ts'

export default class IamPolicy extends SluiceCommand {
  static override description = `Print the IAM policy that lets somebody run these commands, and nothing else.

Read off the calls that the steps of their plans declare, those of your own runbooks too; docs/permissions.md says how far each statement
reaches. Where IAM finds one policy too long, as few managed policies as it goes into, one document after the other; --output writes each
to a file and prints the commands that attach them. With --role execution, the rights that CloudFormation works with. What has to be known
about them is on stderr. Asks AWS only who you are, and not even that with --account.`

  static override examples = [
    '<%= config.bin %> iam policy --command release',
    '<%= config.bin %> iam policy --command "dr promote" --command "runbook run evening" --output policies/ > attach.sh',
    '<%= config.bin %> iam policy --role execution > execution.json',
  ]

  static override flags = {
    command: Flags.string({
      description: `what may be run; may be given more than once: ${policyCommands.join(', ')}; after runbook run and runbook resume, a runbook's name`,
      multiple: true,
      helpValue: 'COMMAND',
    }),
    role: Flags.string({description: 'whose policy', options: ['operator', 'execution'], default: 'operator'}),
    account: Flags.string({description: 'account that the policy is for; without it, yours', helpValue: 'ID'}),
    output: Flags.string({description: 'write one file per policy there, and print what attaches them', helpValue: 'DIR'}),
    directory: Flags.string({description: 'where the runbooks lie (runbooks/ beside the configuration)', helpValue: 'DIR'}),
    config: stackFlags.config,
    environment: stackFlags.environment,
    region: stackFlags.region,
    sandbox: stackFlags.sandbox,
  }

  protected override async execute(): Promise<Outcome> {
    const {flags} = await this.parse(IamPolicy)
    const given = flags.command ?? ['release']
    const asked = askedFor(given)
    const where = await policyPlace(flags, process.env)
    const operator = flags.role === 'operator'
    const own = ownRights(operator ? await ownStepsOf(asked, flags, where) : [], where)
    const foundation = (await readTemplates()).get('foundation.yaml') ?? ''
    const policy = operator
      ? iamPolicy(asked.commands, where, own)
      : executionPolicy(foundation, 'ExecutionRole', {...where, region: where.regions[0] ?? ''})
    const name = policyName(where, operator ? given : ['execution'])
    const set = policySet(policy, name)
    const written = flags.output === undefined ? null : await writePolicies(flags.output, name, set, {...where, ...own})
    const notes = [...own.notes, ...policyNotes(policy, set, written)]
    if (!flags.json) process.stderr.write(notes.map((note) => `${note}\n`).join(''))
    return {
      outcome: written === null ? 'printed' : 'written',
      exitCode: ExitCode.done,
      data: {
        role: flags.role,
        ...(operator && {commands: given}),
        account: where.account,
        regions: where.regions,
        policy,
        policies: written?.policies ?? set,
        notes,
        lines: written?.lines,
      },
      text: written?.lines.join('\n') ?? set.map(({document}) => JSON.stringify(document, null, 2)).join('\n'),
    }
  }
}
