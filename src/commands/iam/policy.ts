import {Flags} from '@oclif/core'
import type {Outcome} from '../../command.ts'
import {SluiceCommand} from '../../command.ts'
import {ExitCode} from '../../errors.ts'
import {policyPlace} from '../../infra-policy-place.ts'
import {stackFlags} from '../../infra-command.ts'
import {executionPolicy} from '../../infra/stack/execution-policy.ts'
import {readTemplates} from '../../infra/stack/templates.ts'
import {iamPolicy, policyCommands} from '../../runbooks/iam-policy.ts'

export default class IamPolicy extends SluiceCommand {
  static override description = `Print the IAM policy that lets somebody run these commands, and nothing else.

Read off the calls that the steps of their plans declare; docs/permissions.md says how far each statement reaches. With --role
execution, the rights that CloudFormation works with. The document goes to stdout. Asks AWS only who you are, and not even that with --account.`

  static override examples = [
    '<%= config.bin %> iam policy --command release',
    '<%= config.bin %> iam policy --command "infra up" --command "infra status" --account 111122223333',
    '<%= config.bin %> iam policy --role execution > execution.json',
  ]

  static override flags = {
    command: Flags.string({
      description: 'what may be run; may be given more than once',
      multiple: true,
      options: [...policyCommands],
    }),
    role: Flags.string({description: 'whose policy', options: ['operator', 'execution'], default: 'operator'}),
    account: Flags.string({description: 'account that the policy is for; without it, yours', helpValue: 'ID'}),
    config: stackFlags.config,
    environment: stackFlags.environment,
    region: stackFlags.region,
    sandbox: stackFlags.sandbox,
  }

  protected override async execute(): Promise<Outcome> {
    const {flags} = await this.parse(IamPolicy)
    const where = await policyPlace(flags, process.env)
    const commands =
      flags.command === undefined || flags.command.length === 0
        ? ['release' as const]
        : flags.command.flatMap((name) => policyCommands.filter((one) => one === name))
    const policy =
      flags.role === 'operator'
        ? iamPolicy(commands, where)
        : executionPolicy((await readTemplates()).get('foundation.yaml') ?? '', 'ExecutionRole', {
            ...where,
            region: where.regions[0] ?? '',
          })
    const length = JSON.stringify(policy).length
    if (length > longest && !flags.json)
      process.stderr.write(
        `${length} characters: a managed policy has at most ${longest}. Print one for fewer commands, or attach it in parts.\n`,
      )
    return {
      outcome: 'printed',
      exitCode: ExitCode.done,
      data: {
        role: flags.role,
        ...(flags.role === 'operator' && {commands}),
        account: where.account,
        regions: where.regions,
        policy,
      },
      text: JSON.stringify(policy, null, 2),
    }
  }
}

/** IAM counts without white space. */
const longest = 6144
