/** An Auto Scaling group's newest activities, with the zone that each was tried in. One page: what matters is what is so now. */
import type {ScalingActivity} from '../../runbooks/provision/launch-failure.ts'
import type {AwsSession} from './session.ts'

const activitiesShown = 50

/** Newest first. */
export async function scalingActivities(
  session: AwsSession,
  group: string,
  signal?: AbortSignal,
): Promise<readonly ScalingActivity[]> {
  const answer = await session.call(
    'autoscaling',
    'DescribeScalingActivities',
    {AutoScalingGroupName: group, MaxRecords: activitiesShown},
    {signal, resource: group},
  )
  return (answer.Activities ?? []).map(({StartTime, StatusCode, StatusMessage, Description, Details}) => ({
    at: StartTime?.getTime() ?? 0,
    status: StatusCode ?? '',
    message: StatusMessage ?? Description ?? '',
    description: Description ?? '',
    zone: zoneIn(Details),
  }))
}

/** A JSON text: `{"Subnet ID":"subnet-…","Availability Zone":"eu-central-1a"}`. */
function zoneIn(details: string | undefined): string | null {
  try {
    const zone = (JSON.parse(details ?? 'null') as Record<string, unknown> | null)?.['Availability Zone']
    return typeof zone === 'string' && zone !== '' ? zone : null
  } catch {
    return null
  }
}
