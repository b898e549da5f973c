/** `dr drill` by hand: a failover that touches nothing of production, and leaves nothing. A table. Pure. */
import type {RecoverySettings} from '../config/recovery-config.ts'
import {regionalName, switchBucket} from '../runbooks/recovery/place.ts'
import type {Place} from '../runbooks/recovery/place.ts'
import {look} from './runbook-commands-by-hand.ts'
import type {Table} from './runbook-commands-by-hand.ts'

export function drillByHand(place: Place, {probes}: RecoverySettings): Table {
  const {recovery, stacks} = place
  const host = `drill.${place.api}`
  const inventory =
    `aws resourcegroupstaggingapi get-resources --region ${recovery} --tag-filters Key=sluice:drill `
    + "--query 'ResourceTagMappingList[].ResourceARN'"
  return {
    leftovers: {words: ['Nothing of an earlier drill may be there.'], commands: [inventory]},
    'recovery-point': {
      words: [
        'The newest one that lies in the recovery Region. Never take one of the replica: '
          + "while it is backed up it can't be promoted.",
      ],
      commands: [
        `aws backup list-recovery-points-by-backup-vault --region ${recovery} --backup-vault-name ${place.vault} `
          + "--query 'RecoveryPoints[].[CreationDate,RecoveryPointArn,Status]'",
      ],
    },
    stack: {
      words: ['drill.yaml with its parameters, from the exported directory; everything tagged sluice:drill and sluice:expires.'],
      commands: [
        `aws cloudformation create-stack --region ${recovery} --stack-name ${stacks.drill} `
          + '--template-body file://drill.yaml --parameters file://drill.json --tags Key=sluice:drill,Value=NAME',
      ],
    },
    hosts: {
      words: ['In peace a pilot light has none: the stack brings some (HostCount), in public subnets and a cluster of its own.'],
      commands: [
        `aws ecs list-container-instances --region ${recovery} --cluster ${place.service}-${place.environment}-drill-NAME`,
      ],
    },
    database: {
      words: ['What takes longest is the restore; write it down as a restore, a failover promotes instead.'],
      commands: [`aws cloudformation wait stack-create-complete --region ${recovery} --stack-name ${stacks.drill}`],
    },
    tasks: {
      words: ['Healthy, on the restored database.'],
      commands: [`aws cloudformation describe-stack-resources --region ${recovery} --stack-name ${stacks.drill}`],
    },
    reads: {
      words: ["No record leads to the drill's host name: ask the Region and say the name."],
      commands: [`curl -si -H 'Host: ${host}' https://${regionalName(place, recovery)}${probes.read}`],
    },
    writes: {
      words: ['One write has to commit.'],
      commands: [`curl -si -X POST -H 'Host: ${host}' https://${regionalName(place, recovery)}${probes.write}`],
    },
    untouched: {
      words: ["The replica still replicates, stop isn't there, users are answered by home."],
      commands: [
        look(place, recovery),
        `aws s3api head-object --region ${recovery} --bucket ${switchBucket(place, recovery)} --key stop   `
          + '# has to fail with 404',
        `curl -si https://${place.api}${probes.read} | grep -i ${probes.regionHeader}`,
      ],
    },
    remove: {
      words: [],
      commands: [
        `aws cloudformation delete-stack --region ${recovery} --stack-name ${stacks.drill}`,
        `aws cloudformation wait stack-delete-complete --region ${recovery} --stack-name ${stacks.drill}`,
      ],
    },
    residue: {words: ['The list is empty.'], commands: [inventory]},
    report: {words: ["How long each step took, and what didn't go as it should."], commands: []},
  }
}
