/** Schedule groups of a stack. Schedules in them are the tool's; deleting a group deletes them, as on AWS. */
import type {Made, ResourceHandler, ResourceHandlers, ResourceRequest} from '../contract.ts'
import {text} from './property-values.ts'
import {generatedName} from './record-handler.ts'
import {call, keyValueTags, missing, unlessMissing} from './service-call.ts'

interface Group {
  readonly Arn?: string
  readonly State?: string
  readonly CreationDate?: Date
  readonly LastModificationDate?: Date
}

const group: ResourceHandler = {
  create: async (request) => {
    const Name = text(request.properties['Name']) ?? generatedName(request, 64)
    await call(request, 'scheduler', 'CreateScheduleGroup', {Name, Tags: keyValueTags(request.tags)})
    return made(request, Name)
  },
  update: async (request) => made(request, request.physicalId),
  remove: async (request) => {
    await call(request, 'scheduler', 'DeleteScheduleGroup', {Name: request.physicalId})
  },
  gone: async (request) => ((await find(request, request.physicalId)) === null ? null : 'schedules of the group to be deleted'),
  read: async (request) => {
    if ((await find(request, request.physicalId)) === null) throw missing(request)
    return request.properties
  },
}

const find = async (request: ResourceRequest, Name: string): Promise<Group | null> =>
  unlessMissing(async () => call<Group>(request, 'scheduler', 'GetScheduleGroup', {Name}), ['ResourceNotFoundException'])

async function made(request: ResourceRequest, name: string): Promise<Made> {
  const present = await find(request, name)
  return {
    physicalId: name,
    attributes: {
      Arn: present?.Arn,
      State: present?.State ?? 'ACTIVE',
      CreationDate: present?.CreationDate?.toISOString(),
      LastModificationDate: (present?.LastModificationDate ?? present?.CreationDate)?.toISOString(),
    },
  }
}

export const schedulerHandlers: ResourceHandlers = {'AWS::Scheduler::ScheduleGroup': group}
