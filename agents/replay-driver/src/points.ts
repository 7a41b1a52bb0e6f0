import type { PointMetadata } from '@volttron-ts/agent';

const TEMPERATURE = '°F';
const PERCENT = '%';
const PRESSURE = 'inH2O';
const SWITCH = 'on/off';

/** Units of the unit's points, in the order of the file's columns. */
const units: Readonly<Record<string, string>> = {
  SupplyFanStatus: SWITCH,
  OutdoorAirTemperature: TEMPERATURE,
  ReturnAirTemperature: TEMPERATURE,
  MixedAirTemperature: TEMPERATURE,
  DamperSignal: PERCENT,
  CoolingCoilValvePosition: PERCENT,
  SupplyAirTempStPt: TEMPERATURE,
  SupplyAirTemp: TEMPERATURE,
  DuctStaticPressureStPt: PRESSURE,
  SupplyFanSpeedCommand: PERCENT,
  DuctStaticPressure: PRESSURE,
  ZoneDamperCommand1152: PERCENT,
  BoilerStatus_2: SWITCH,
  ZoneReheat1152: PERCENT,
  HotWaterLoopDp: PRESSURE,
  HotWaterLoopDpSetPoint: PRESSURE,
  HotWaterSupplyTemperatureSetPoint: TEMPERATURE,
  HotWaterSupplyTemperature: TEMPERATURE,
  HotWaterReturnTemperature: TEMPERATURE,
  HotWaterPumpStatus: SWITCH,
  HotWaterPumpVFDCommand: PERCENT,
};

/** Metadata as drivers write it; points that the unit does not have are left without units. */
export function metadataOf(points: Iterable<string>): Record<string, PointMetadata> {
  return Object.fromEntries(
    Array.from(points, (point) => [point, { units: units[point] ?? '', type: 'float', tz: 'UTC' }]),
  );
}
