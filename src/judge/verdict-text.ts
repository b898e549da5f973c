/** Verdicts as a person reads them: a line that says no (or yes) and why, and the three evidences beside their limits. */
import type {GateSettings} from './settings.ts'
import type {GateVerdict} from './gate-verdict.ts'
import {overall} from './overall.ts'

const symbols = {pass: '✔', fail: '✖', 'need-data': '…'} as const

export interface JudgedGate {
  readonly name: string
  readonly settings: GateSettings
  readonly verdict: GateVerdict
}

export function verdictText(gates: readonly JudgedGate[], minutes: number): string {
  const outcome = overall(gates.map(({verdict}) => verdict))
  const width = Math.max(...gates.map(({name}) => name.length))
  const head = `${symbols[outcome]} ${outcome} after ${minutes} min`
  return [head, ...gates.flatMap((gate) => ['', ...gateLines(gate, width)])].join('\n')
}

function gateLines({name, settings, verdict: gate}: JudgedGate, width: number): readonly string[] {
  const indent = ' '.repeat(width + 4)
  const at = gate.failedAt === null ? '' : ` at minute ${gate.failedAt}`
  const harmLimit = `${number(-Math.log(settings.alpha))} fails`
  const fitLimit = `${number(-Math.log(settings.beta))} is fit`
  return [
    `  ${name.padEnd(width)}  ${symbols[gate.verdict]} ${gate.verdict}${at}: ${gate.reason}`,
    `${indent}harm           ${number(gate.logHarm).padStart(9)}   ${harmLimit}`,
    `${indent}within budget  ${number(gate.logWithinBudget).padStart(9)}   ${fitLimit}`,
    `${indent}no worse       ${number(gate.logNoWorse).padStart(9)}   ${fitLimit}`,
    `${indent}dispersion     ${number(gate.dispersion).padStart(9)}   1: stable's errors come one by one`,
  ]
}

const number = (value: number): string => value.toFixed(2)
