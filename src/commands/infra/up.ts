import {Args, Flags} from '@oclif/core'
import type {Outcome} from '../../cli/command.ts'
import {openProvision} from '../../compose.ts'
import {ExitCode} from '../../errors.ts'
import {InfraCommand, stackFlags} from '../../use-cases/infra/infra-command.ts'
import {noteCapacity} from '../../use-cases/infra/infra-capacity.ts'
import {planProvision, readPlan} from '../../use-cases/infra/infra-planning.ts'
import {runUp} from '../../runbooks/provision/run-up.ts'
import {infraPlanJson, infraPlanText} from '../../ui/infra-plan-text.ts'
import {infraQuestion} from '../../ui/infra-question.ts'

export default class InfraUp extends InfraCommand {
  static override description = `Bring the stacks to what the configuration says: plan, confirm, run, watch.

Asks y/N, or for the environment's name when something that holds data goes or a stack has to be deleted. Ctrl-C leaves; AWS goes on
with what it began, and the same command attaches again. With PLAN.json exactly that plan is done, or nothing (exit 2). Exits 0 when
everything is as the configuration says, 1 when something failed, 3 without an answer, 7 when somebody else is at work on it, 130 after Ctrl-C.`

  static override examples = [
    '<%= config.bin %> infra up',
    '<%= config.bin %> infra up plan.json --yes',
    '<%= config.bin %> infra up --only recovery --image shop/api:1.8.2',
  ]

  static override args = {plan: Args.string({description: 'a plan that infra plan --out wrote', name: 'PLAN.json'})}
  static override flags = {
    ...stackFlags,
    image: Flags.string({description: 'image the slots begin with, instead of stack.firstImage', helpValue: 'IMAGE'}),
    only: Flags.string({description: "one Region's part", options: ['home', 'recovery']}),
    yes: Flags.boolean({char: 'y', description: 'answer the y/N question with yes'}),
    confirm: Flags.string({description: "the environment's name, where it is asked for", helpValue: 'NAME'}),
    events: Flags.string({description: 'append the journal as NDJSON to FILE, or to stdout with -', helpValue: 'FILE'}),
  }

  protected override async execute(): Promise<Outcome> {
    const {args, flags} = await this.parse(InfraUp)
    const config = await this.stack(flags)
    const given = args.plan === undefined ? null : await readPlan(args.plan)
    const where = {region: config.region, sandbox: flags.sandbox, env: process.env}
    const {wanted, options, plan: present} = await planProvision(await openProvision(where, 'read-state'), config, flags.only)
    const plan = given ?? present
    const text = infraPlanText(plan, this.look(process.stderr))
    const stopped =
      plan.findings.some(({level}) => level === 'stops') || plan.stacks.some(({verdict}) => verdict.kind === 'blocked')
    if (given === null && !plan.changes && !stopped) {
      return {outcome: 'unchanged', exitCode: ExitCode.done, data: {...infraPlanJson(plan), resources: {done: 0, total: 0}}, text}
    }
    if (!flags.json) process.stderr.write(this.printed(text))
    if (!stopped) await this.confirmed(infraQuestion(plan), {yes: flags.yes, confirm: flags.confirm})
    const {desk, world, clock} = await openProvision(where, 'make-state')
    const watching = this.watch(clock, flags.events)
    try {
      const ran = await runUp(desk, world, wanted, plan, options, given === null ? 'from-here' : 'exactly', watching)
      const outcome = this.ended(ran, watching.shown, clock.now())
      if (outcome.exitCode !== ExitCode.done || config.firstImage === '') return outcome
      const noted = await noteCapacity({config, sandbox: flags.sandbox, env: process.env})
      return noted === '' ? outcome : {...outcome, data: {...outcome.data, capacity: noted}, text: `${outcome.text}\n${noted}`}
    } finally {
      watching.close()
    }
  }
}
