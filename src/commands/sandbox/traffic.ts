import {Flags} from '@oclif/core'
import type {Outcome} from '../../cli/command.ts'
import {SluiceCommand} from '../../cli/command.ts'
import {checkSandboxName, readHandle, removeHandle} from '../../config/sandbox-handle.ts'
import {ExitCode} from '../../errors.ts'
import type {CounterReport} from '../../sandbox/plane/counter.ts'
import {askOrExplain, reachSandbox} from '../../sandbox/reach.ts'

export default class SandboxTraffic extends SluiceCommand {
  static override description = `Changes how many requests per virtual minute run against the load balancers, or against whatever a name leads to. 0 ends them.

With --counter one writer counts through the name instead: each number once, and what was acknowledged can be compared with the database.`

  static override examples = [
    '<%= config.bin %> sandbox traffic --rate 1800',
    '<%= config.bin %> sandbox traffic --rate 0 --service api',
    '<%= config.bin %> sandbox traffic --rate 900 --host api.example.com --stragglers 0.05',
    '<%= config.bin %> sandbox traffic --rate 60 --host api.example.com --counter',
  ]

  static override flags = {
    name: Flags.string({description: 'which sandbox', default: 'default'}),
    rate: Flags.integer({description: 'requests per virtual minute', required: true, min: 0}),
    service: Flags.string({description: 'only to this service; all of them if left out', exclusive: ['host']}),
    host: Flags.string({
      description: 'to whatever this name leads to, looked up again when its TTL is over',
      helpValue: 'api.example.com',
    }),
    stragglers: Flags.string({
      description: 'fraction of it that never looks the name up again',
      helpValue: '0.05',
      dependsOn: ['host'],
    }),
    counter: Flags.boolean({description: 'count through the name', dependsOn: ['host'], exclusive: ['stragglers']}),
  }

  protected override async execute(): Promise<Outcome> {
    const {flags} = await this.parse(SandboxTraffic)
    const name = checkSandboxName(flags.name)
    const handle = await reachSandbox(name, await readHandle(name, process.env), async () => {
      await removeHandle(name, process.env)
    })
    if (flags.counter) return await this.count(handle, name, flags.host ?? '', flags.rate)
    const answer = await askOrExplain<{readonly services: readonly string[]; readonly perMinute: number}>(
      handle,
      'POST',
      'traffic',
      {
        perMinute: flags.rate,
        service: flags.service,
        host: flags.host,
        stragglers: flags.stragglers === undefined ? undefined : Number(flags.stragglers),
      },
    )
    const whom = answer.services.length === 0 ? 'no service' : answer.services.join(', ')
    return {
      outcome: 'set',
      exitCode: ExitCode.done,
      data: {name, ...answer},
      text: `${answer.perMinute} requests per virtual minute to ${whom}.`,
    }
  }

  private async count(handle: {readonly endpoint: string}, name: string, host: string, perMinute: number): Promise<Outcome> {
    await askOrExplain(handle, 'POST', 'counter', {host, perMinute})
    const report = await askOrExplain<CounterReport>(handle, 'GET', 'counter')
    const there =
      report.present === null
        ? 'no database takes writes where the name leads'
        : `${report.present} in the database, ${report.lostCount} lost`
    return {
      outcome: 'set',
      exitCode: ExitCode.done,
      data: {name, counter: report},
      text:
        `${perMinute} numbers per virtual minute through ${host}. So far: `
        + `${report.acknowledged} of ${report.sent} acknowledged, ${there}.`,
    }
  }
}
