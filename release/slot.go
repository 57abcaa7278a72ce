package release

// Slot is one of the two places of a fleet. Each has a target group of the stack and names of its
// own for the group and its alarms, so that two fleets can run beside each other.
type Slot string

// The slots. The first release takes Blue; after a teardown, one takes the slot that served last.
const (
	Blue  Slot = "blue"
	Green Slot = "green"
)

// Slots lists the slots.
func Slots() []Slot { return []Slot{Blue, Green} }

// Other returns the other slot.
func (s Slot) Other() Slot {
	if s == Green {
		return Blue
	}
	return Green
}

// Group returns the name of the Auto Scaling group in a slot. No slot, as in a record of a time
// without slots, is Blue.
func (e Environment) Group(slot Slot) string {
	if slot == Green {
		return e.Name() + "-" + string(Green)
	}
	return e.Name()
}

// Alarm returns the name of the alarm of a kind that watches the fleet in a slot.
func (e Environment) Alarm(slot Slot, kind AlarmKind) string {
	return e.Group(slot) + "-" + string(kind)
}

// BalancerAlarm returns the name of the alarm that watches the load balancer.
func (e Environment) BalancerAlarm() string { return e.Name() + "-" + string(BalancerErrors) }

// UnvisitedAlarm returns the name of the alarm of a gallery that nobody visits.
func (e Environment) UnvisitedAlarm() string { return e.Name() + "-" + string(Unvisited) }

// Outages returns the names of the alarms that tell people of an outage.
func (e Environment) Outages() []string {
	names := []string{e.BalancerAlarm()}
	for _, slot := range Slots() {
		names = append(names, e.Alarm(slot, NoHealthyHost))
	}
	return names
}

// AlarmOf returns the slot and the kind of a release's alarm with that name, or "" for another one.
// The load balancer's alarms have no slot.
func (e Environment) AlarmOf(name string) (Slot, AlarmKind) {
	switch name {
	case e.BalancerAlarm():
		return "", BalancerErrors
	case e.UnvisitedAlarm():
		return "", Unvisited
	}
	for _, slot := range Slots() {
		for _, kind := range AlarmKinds() {
			if e.Alarm(slot, kind) == name {
				return slot, kind
			}
		}
	}
	return "", ""
}

// Alarms returns the names of the alarms of both slots and of the load balancer.
func (e Environment) Alarms() (names []string) {
	for _, slot := range Slots() {
		for _, kind := range AlarmKinds() {
			names = append(names, e.Alarm(slot, kind))
		}
	}
	return append(names, e.BalancerAlarm(), e.UnvisitedAlarm())
}
