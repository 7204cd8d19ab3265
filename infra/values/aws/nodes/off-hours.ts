/** Hours without nodes, as scheduled actions of an autoscaling group. */
interface OffHours {
  stop: string;
  start: string;
  timeZone: string;
}

interface Size {
  min: number;
  max: number;
}

export interface ScheduledSize {
  /** Part of the resource's name. */
  key: "stop" | "start";
  recurrence: string;
  timeZone: string;
  minSize: number;
  maxSize: number;
  desiredCapacity: number;
}

const cron = (time: string, days: string): string => {
  const [hour, minute] = time.split(":").map(Number);
  return `${minute} ${hour} * * ${days}`;
};

/** Off every evening, on from Monday to Friday. The most is 0 at night, or the autoscaler would bring nodes for waiting pods. */
export const offHoursSchedule = ({ stop, start, timeZone }: OffHours, { min, max }: Size): ScheduledSize[] => [
  { key: "stop", recurrence: cron(stop, "*"), timeZone, minSize: 0, maxSize: 0, desiredCapacity: 0 },
  { key: "start", recurrence: cron(start, "1-5"), timeZone, minSize: min, maxSize: max, desiredCapacity: min },
];
