import {readFile} from 'node:fs/promises'
import {text} from 'node:stream/consumers'
import {Args} from '@oclif/core'
import type {Outcome} from '../cli/command.ts'
import {SluiceCommand} from '../cli/command.ts'
import {readJudgeInput} from '../config/judge-input.ts'
import {ExitCode, SluiceError} from '../errors.ts'
import {judgeGate} from '../judge/judge-gate.ts'
import {overall} from '../judge/overall.ts'
import {verdictText} from '../judge/verdict-text.ts'

const exitCodes = {pass: ExitCode.done, fail: ExitCode.rejected, 'need-data': ExitCode.stillRunning} as const

export default class Judge extends SluiceCommand {
  static override description = `The verdict on counts from anywhere: pass, fail or need-data.

FILE holds JSON: the gates with their settings (all may be left out), stable's minutes before the release as history (may be
left out), and the release's settled minutes, each with [requests, bad] of canary and stable:

  {"gates": {"errors": {}},
   "history": [{"at": "2026-01-01T00:00:00Z", "errors": [6000, 6]}],
   "minutes": [{"at": "2026-01-01T01:00:00Z", "errors": {"canary": [300, 4], "stable": [5700, 6]}}]}

Exits 0 for pass, 5 for fail, 8 for need-data, 2 when the input can't be judged. Evidences are natural logarithms; in JSON
null stands for minus infinity.`

  static override examples = [
    '<%= config.bin %> judge counts.json',
    '<%= config.bin %> judge counts.json --json',
    'cat counts.json | <%= config.bin %> judge -',
  ]

  static override args = {
    file: Args.string({
      description: 'JSON file with gates, history and minutes; - reads standard input',
      required: true,
      ignoreStdin: true,
    }),
  }

  protected override async execute(): Promise<Outcome> {
    const {args} = await this.parse(Judge)
    const source = args.file === '-' ? 'standard input' : args.file
    const input = readJudgeInput(await contents(args.file), source)
    const gates = input.map(({name, settings, history, minutes}) => ({
      name,
      settings,
      verdict: judgeGate(settings, history, minutes),
    }))
    const outcome = overall(gates.map(({verdict}) => verdict))
    return {
      outcome,
      exitCode: exitCodes[outcome],
      data: {gates: Object.fromEntries(gates.map(({name, verdict}) => [name, verdict]))},
      text: verdictText(gates, input[0]?.minutes.length ?? 0),
    }
  }
}

async function contents(file: string): Promise<string> {
  try {
    return file === '-' ? await text(process.stdin) : await readFile(file, 'utf8')
  } catch (cause) {
    throw new SluiceError({
      code: 'judge-input-unreadable',
      exitCode: ExitCode.usage,
      message: `${file} can't be read: ${cause instanceof Error ? cause.message : String(cause)}`,
      suggestions: ['sluice judge --help'],
      cause,
    })
  }
}
