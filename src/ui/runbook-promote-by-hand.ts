/** `dr promote` by hand: what each step is for, its commands, and how to see that it is done. A table. Pure. */
import type {RecoverySettings} from '../config/recovery-config.ts'
import {regionalName} from '../runbooks/recovery/place.ts'
import type {Place} from '../runbooks/recovery/place.ts'
import {
  fenceCommands,
  flipHand,
  growCommands,
  look,
  promoteCommands,
  rollCommands,
  servingCommands,
  taskCommands,
} from './runbook-commands-by-hand.ts'
import type {Table} from './runbook-commands-by-hand.ts'

export function promoteByHand(place: Place, settings: RecoverySettings): Table {
  const {home, recovery} = place
  const {probes} = settings
  return {
    declare: {
      words: [
        'Is the home Region really gone, by three ways? Is the replica fit to be promoted (not backing-up, '
          + 'replicating until now)? What is lost: now minus the newest heartbeat row.',
      ],
      commands: [
        `curl -si --max-time 5 https://${regionalName(place, home)}${probes.read}`,
        look(place, home),
        look(place, recovery),
        `curl -s https://${regionalName(place, recovery)}${probes.heartbeat}`,
      ],
    },
    fence: {
      words: [
        `At most a minute. If ${home} doesn't answer, write down that it isn't fenced, and go on: `
          + 'its own function fences it when it returns.',
      ],
      commands: fenceCommands(place, home),
    },
    hosts: {
      title: `${recovery} has as many hosts as production`,
      words: ["HOSTS and MOST are in the capacity snapshot. Don't wait for cluster auto scaling."],
      commands: growCommands(recovery),
    },
    surge: {
      words: [
        'Pilot light only: NAT gateways and cache nodes. Templates and parameters lie in the exported directory (sluice '
          + 'infra export DIR).',
        'Go on when Nat is CREATE_COMPLETE: nobody waits for the cache. Rollback stays off: it would take the way out away.',
      ],
      commands: [
        `aws cloudformation create-stack --region ${recovery} --stack-name ${place.stacks.surge} `
          + '--template-body file://surge.yaml --parameters file://surge.json --disable-rollback',
        `aws cloudformation describe-stack-resource --region ${recovery} --stack-name ${place.stacks.surge} `
          + '--logical-resource-id Nat --query StackResourceDetail.ResourceStatus',
      ],
    },
    cache: {
      words: [
        'Pilot light only, whenever it is there: users are served without it. If it failed, '
          + 'update the stack with what it has; never roll it back.',
      ],
      commands: [`aws cloudformation wait stack-create-complete --region ${recovery} --stack-name ${place.stacks.surge}`],
    },
    tasks: {
      title: `${recovery} has as many healthy tasks as production`,
      words: ['TASKS is in the capacity snapshot.'],
      commands: taskCommands(place, recovery),
    },
    drained: {
      words: ['Planned only: the last row written before the fence has arrived, and everything received is applied.'],
      commands: [
        `curl -s https://${regionalName(place, recovery)}${probes.heartbeat}   # drained: true, last.seq as it was at home`,
      ],
    },
    approve: {
      words: [
        'Say the loss aloud, have it accepted, write down by whom and when. '
          + 'After the next step there is no way back but a failback.',
      ],
      commands: [],
    },
    'promote-database': {
      words: ['Once, and never again. DAYS and WINDOW as the old primary had them: left out, it keeps one day.'],
      commands: promoteCommands(place, recovery),
    },
    secret: {
      words: ['The replicated secret becomes one of its own.'],
      commands: [
        `aws secretsmanager stop-replication-to-replica --region ${recovery} `
          + `--secret-id ${place.service}/${place.environment}/database`,
      ],
    },
    roll: {
      words: ['Tasks that began on a replica begin anew; then one write has to commit.'],
      commands: rollCommands(place, recovery, settings),
    },
    warm: {
      title: 'the cache is warm',
      words: ["So that the first users don't all ask the database."],
      commands: probes.warm.map((path) => `curl -s -o /dev/null https://${regionalName(place, recovery)}${path}`),
    },
    flip: flipHand(place, settings),
    serving: {
      words: ['Until every server and every answer is of the new Region. The recovery time ends here.'],
      commands: servingCommands(place, settings),
    },
    backups: {
      words: ['Retention and window as before; then Multi-AZ and the old class: users are served meanwhile.'],
      commands: [
        look(place, recovery),
        `aws rds modify-db-instance --region ${recovery} --db-instance-identifier ${place.database} --multi-az `
          + '--apply-immediately',
      ],
    },
    report: {
      words: ['Times, loss, who accepted it, whether the old Region is fenced. Until it is settled nobody runs infra up.'],
      commands: [],
    },
  }
}
