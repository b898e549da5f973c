import {join} from 'node:path'
import {Flags} from '@oclif/core'
import type {Outcome} from '../../cli/command.ts'
import {SluiceCommand} from '../../cli/command.ts'
import {checkSandboxName, findHandle, removeHandle, sandboxDirectory, writeHandle} from '../../config/sandbox-handle.ts'
import {ExitCode} from '../../errors.ts'
import {refuseWhenUp, startOrExplain} from '../../sandbox/reach.ts'
import {serviceNames} from '../../sandbox/shop-names.ts'
import {upText} from '../../sandbox/up-text.ts'

const DEFAULT_REGIONS = ['eu-west-1', 'eu-central-1']

export default class SandboxUp extends SluiceCommand {
  static override description = `Starts a simulated AWS account on this machine, with traffic running against it.

It speaks AWS's own protocols on loopback, in two Regions, on a clock that runs --speed times faster. World shop holds a
service behind a load balancer, two slots and version shop/api:1.8.2; empty holds nothing. It stays up until it is taken down.`

  static override examples = [
    '<%= config.bin %> sandbox up',
    '<%= config.bin %> sandbox up --speed 60 --services api,web',
    '<%= config.bin %> sandbox up --name second --seed 7 --world empty',
  ]

  static override flags = {
    name: Flags.string({description: 'what to call it', default: 'default'}),
    speed: Flags.integer({description: 'virtual seconds per real one, 1 to 60', default: 10, min: 1, max: 60}),
    seed: Flags.integer({description: 'the same seed gives the same dice', default: 1, min: 0}),
    world: Flags.string({description: 'what is in it at first', options: ['shop', 'empty'], default: 'shop'}),
    region: Flags.string({
      description: 'a Region, the primary one first; may be given twice',
      multiple: true,
      helpValue: 'REGION',
    }),
    services: Flags.string({description: 'services of the shop, with commas between', default: 'api', helpValue: 'A,B'}),
    rate: Flags.integer({description: 'requests per virtual minute to each service', default: 900, min: 0}),
  }

  protected override async execute(): Promise<Outcome> {
    const {flags} = await this.parse(SandboxUp)
    const name = checkSandboxName(flags.name)
    await refuseWhenUp(name, await findHandle(name, process.env))
    await removeHandle(name, process.env)
    const regions = flags.region ?? DEFAULT_REGIONS
    const services = serviceNames(flags.services)
    const world = flags.world as 'shop' | 'empty'
    const {speed, seed} = flags
    const options = {name, speed, seed, world, regions, services, trafficPerMinute: flags.rate}
    const started = await startOrExplain(options, join(sandboxDirectory(process.env), `${name}.log`))
    const {endpoint, pid, account} = started
    const handle = {endpoint, pid, speed, seed, world, regions, services, account}
    const path = await writeHandle(name, handle, process.env)
    return {outcome: 'up', exitCode: ExitCode.done, data: {name, ...handle, handle: path}, text: upText({name, ...handle})}
  }
}
