/** The steps that come with the tool for own runbooks, as a person does them: for paper. A table. Pure. */
import type {Values} from '../config/runbook.ts'
import type {BuiltInName} from '../config/runbook-uses.ts'
import type {RecoverySettings} from '../config/recovery-config.ts'
import {regionalName, switchBucket} from '../runbooks/recovery/place.ts'
import type {Place} from '../runbooks/recovery/place.ts'
import {shellWord} from './runbook-cli.ts'

/** `region`: the step's, or the runbook's. */
export function usesByHand(
  name: BuiltInName,
  told: Values,
  region: string,
  place: Place,
  {probes}: RecoverySettings,
): readonly string[] {
  const here = regionalName(place, region)
  const text = (key: string): string =>
    shellWord(typeof told[key] === 'string' || typeof told[key] === 'number' ? String(told[key]) : key.toUpperCase())
  switch (name) {
    case 'replica-replicating':
      return [
        `aws rds describe-db-instances --region ${region} --db-instance-identifier ${place.database} `
          + "--query 'DBInstances[0].[DBInstanceStatus,StatusInfos,PendingModifiedValues]'",
        `aws cloudwatch get-metric-statistics --region ${region} --namespace AWS/RDS --metric-name ReplicaLag `
          + `--dimensions Name=DBInstanceIdentifier,Value=${place.database} --statistics Maximum `
          + '--period 60 --start-time "$(date -u -d \'10 min ago\' +%FT%TZ)" --end-time "$(date -u +%FT%TZ)"   # -1 is not replicating',
      ]
    case 'recovery-point':
      return [
        `aws backup list-recovery-points-by-backup-vault --region ${region} --backup-vault-name ${place.vault} `
          + "--query 'RecoveryPoints[].[CreationDate,RecoveryPointArn,Status]'",
      ]
    case 'heartbeat':
      return [`curl -s https://${here}${probes.heartbeat}`]
    case 'write':
      return [`curl -si -X POST https://${told['region'] === undefined ? place.api : here}${probes.write}`]
    case 'serving-from':
      return [`curl -si https://${place.api}${probes.read} | grep -i ${probes.regionHeader}   # ${region}`]
    case 'warm':
      return (Array.isArray(told['paths']) ? told['paths'].map(String) : probes.warm).map(
        (path) => `curl -s -o /dev/null https://${here}${path}`,
      )
    case 'switch-is':
      return [
        `aws s3api head-object --region ${place.recovery} --bucket ${switchBucket(place, place.recovery)} --key stop   `
          + `# ${told['stop'] === 'absent' ? 'has to fail with 404' : 'has to be there'}`,
      ]
    case 'hosts':
      return [
        `aws autoscaling set-desired-capacity --region ${region} --auto-scaling-group-name ${text('group')} `
          + `--desired-capacity ${text('count')}`,
        `aws ecs describe-clusters --region ${region} --clusters ${text('cluster')} `
          + `--query 'clusters[0].registeredContainerInstancesCount'   # until it is ${text('count')}`,
      ]
  }
}
