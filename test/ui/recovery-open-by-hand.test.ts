/** What is printed when the Region with the journal dies while users are refused. */
import {describe, expect, it} from 'vitest'
import {minutes} from '../../src/runbooks/engine/clock.ts'
import type {RecoveryRan} from '../../src/runbooks/recovery/run-recovery.ts'
import {openByHand} from '../../src/ui/recovery-open-by-hand.ts'
import {openIngress} from '../support/fake-recovery-compute.ts'
import type {FakeRecovery} from '../support/fake-recovery-world.ts'
import {aPromoteInput} from '../support/recovery-bench.ts'
import {aRecovery, begin, endOf, goOn} from '../support/recovery-drive.ts'

const home = 'eu-west-1'
const away = 'eu-central-1'

/** The other Region is lost at the first such call. */
async function lostAt(
  at: string,
  mode: 'planned' | 'unplanned' = 'planned',
): Promise<{readonly fake: FakeRecovery; readonly ran: RecoveryRan}> {
  let isLost = false
  const fake = aRecovery({
    around(moment, call, region) {
      if (isLost || `${moment} ${call} ${region}` !== at) return
      isLost = true
      fake.kill(away)
    },
  })
  return {fake, ran: await begin(fake, aPromoteInput(fake.place, {mode}))}
}

const inTheWindow = `after database.reboot ${home}`

describe('the recovery Region is lost while users of a planned promote are refused', () => {
  it('prints what puts back exactly what the fence found: the door, the tasks, then users; and how the run is ended later', async () => {
    const {ran} = await lostAt(inTheWindow)
    expect(endOf(ran)).toBe('state-unreachable')
    expect(openByHand(ran.run, ran.events)).toEqual([
      'Users of eu-west-1 are refused, everything of theirs is there, and nobody has been sent to eu-central-1. While eu-central-1 is silent, this gives them back, in this order:',
      `  aws ec2 authorize-security-group-ingress --region eu-west-1 --group-id sg-database-eu-west-1 --ip-permissions '${openIngress}'`,
      '  aws application-autoscaling register-scalable-target --region eu-west-1 --service-namespace ecs --scalable-dimension ecs:service:DesiredCount --resource-id service/shop-production/shop-production-a --min-capacity 2 --max-capacity 8',
      '  aws ecs update-service --region eu-west-1 --cluster shop-production --service shop-production-a --desired-count 4',
      '  aws ecs wait services-stable --region eu-west-1 --cluster shop-production --services shop-production-a',
      `  aws elbv2 modify-rule --region eu-west-1 --rule-arn rule-eu-west-1 --actions '[{"Type":"forward","ForwardConfig":{"TargetGroups":[{"TargetGroupArn":"tg-a@eu-west-1","Weight":100},{"TargetGroupArn":"tg-b@eu-west-1","Weight":0}]}}]'`,
      `When eu-central-1 answers again: sluice dr resume ${ran.run} --withdraw. Never without --withdraw: users have written in eu-west-1 since.`,
    ])
  })

  it('prints nothing where nobody is refused: before the fence, and in an outage', async () => {
    const before = await lostAt(`after compute.sizeHosts ${away}`)
    expect(openByHand(before.ran.run, before.ran.events)).toBeNull()
    const outage = await lostAt(`before database.promote ${away}`, 'unplanned')
    expect(openByHand(outage.ran.run, outage.ran.events)).toBeNull()
  })

  it('a home that was opened by hand keeps its users, also when that run is gone on with: nobody is sent where rows are missing', async () => {
    const {fake, ran} = await lostAt(`before database.promote ${away}`)
    fake.compute.ingress.set(`${home}/sg-database-${home}`, openIngress)
    const service = fake.service(home)
    await fake.world.compute.boundService(home, 'shop-production', service.name, {min: 2, max: 8})
    await fake.world.compute.sizeService(home, 'shop-production', service.name, 4)
    await fake.world.fence.forward(home, `rule-${home}`, {a: '', b: ''}, {a: 100, b: 0})
    fake.clock.leap(fake.clock.now() + minutes(5))
    expect(fake.write(7)).toBe(true)
    fake.revive(away)
    const again = await goOn(fake, ran.run)
    expect(endOf(again)).toMatch(/^failed: /)
    fake.clock.leap(fake.clock.now() + minutes(5))
    expect(fake.names.leads() === home && fake.write(8)).toBe(true)
    expect(fake.database(home).written.map(({id}) => id)).toEqual([7, 8])
  })
})
