/**
 * A whole sandbox in one process: the world, its services, the data plane, and one loopback endpoint for AWS's protocols and
 * the admin routes. Closing it stops every process, server and timer it started, and nothing else.
 */
import {createAdmin} from './admin.ts'
import {DEFAULT_SERVICES, DEFAULT_TRAFFIC_PER_MINUTE} from './options.ts'
import type {SandboxOptions} from './options.ts'
import {openOutside} from './plane/outside.ts'
import {createPlane} from './plane/plane.ts'
import {createApplicationAutoScaling} from './services/application-autoscaling.ts'
import {createAutoScaling} from './services/autoscaling.ts'
import {createCloudFormation} from './services/cloudformation.ts'
import {createCloudWatch} from './services/cloudwatch.ts'
import {createRecordServices} from './services/record-services.ts'
import {createS3} from './services/s3.ts'
import {createScheduler} from './services/scheduler.ts'
import {createSts} from './services/sts.ts'
import {KNOWN_IMAGES} from './shop-names.ts'
import type {ShopService} from './shop-names.ts'
import {buildShop, stableIsHealthy} from './shop.ts'
import {computeHandlers} from './stacks/resources/compute.ts'
import {otherHandlers} from './stacks/resources/other.ts'
import {catalogue} from './wire/catalogue.ts'
import {listenOnLoopback} from './wire/loopback.ts'
import {serviceModel} from './wire/model.ts'
import {createWire} from './wire/wire.ts'
import {createWorld} from './world/world.ts'
import type {SandboxWorld} from './world/world.ts'

export interface Sandbox {
  readonly endpoint: string
  readonly world: SandboxWorld
  readonly shop: readonly ShopService[]
  close(): Promise<void>
  /** Resolves when it was closed, by whoever: a caller or `POST /_sluice/down`. */
  readonly closed: Promise<void>
}

export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const world = createWorld(options)
  const plane = createPlane(world)
  const scheduler = createScheduler(world)
  const {service: cloudFormation} = createCloudFormation(world, {...otherHandlers, ...computeHandlers})
  const services = [
    ...plane.services,
    createS3(world),
    createSts(world),
    createApplicationAutoScaling(world),
    createAutoScaling(world),
    createCloudWatch(world),
    scheduler,
    ...createRecordServices(world),
    cloudFormation,
  ]
  for (const service of services) world.register(service)
  for (const tag of KNOWN_IMAGES) plane.images.add(tag, {})

  let shop: readonly ShopService[] = []
  let closing: Promise<void> | undefined
  let resolveClosed = (): void => {}
  const closed = new Promise<void>((resolve) => {
    resolveClosed = resolve
  })
  const outside = await openOutside(world, plane.names)
  const wire = createWire(world)
  const admin = createAdmin({
    name: options.name ?? 'default',
    world,
    plane,
    outside,
    scheduler,
    shop: () => shop,
    down: () => {
      void close()
    },
  })
  const server = await listenOnLoopback(async (request, response) => {
    if (request.url?.startsWith('/_sluice/') === true) await admin(request, response)
    else await wire(request, response)
  }, options.port)

  const close = (): Promise<void> => {
    closing ??= (async () => {
      // First nobody new gets in, then what moves is stopped, then the clock that moves it.
      await server.close()
      await outside.close()
      await plane.close()
      await world.close()
      resolveClosed()
    })()
    return closing
  }

  try {
    if (options.world === 'shop') {
      shop = await buildShop(world, options.services ?? DEFAULT_SERVICES)
      await Promise.all([stableIsHealthy(world, shop), warmUp()])
      const perMinute = options.trafficPerMinute ?? DEFAULT_TRAFFIC_PER_MINUTE
      for (const {service, loadBalancer} of shop)
        plane.traffic.set({
          service,
          region: world.regions[0] ?? '',
          loadBalancer,
          perMinute,
        })
    }
  } catch (error) {
    await close()
    throw error
  }
  return {endpoint: server.endpoint, world, shop, close, closed}
}

/** What a release calls loads while tasks start, one after the other: the first real call then needn't wait for it. */
async function warmUp(): Promise<void> {
  for (const entry of catalogue) if (entry.warm === true) await serviceModel(entry)
}
