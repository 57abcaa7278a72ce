package release

// Slot is one of the two places of a fleet. Each has a target group of the stack and names of its
// own for the group and its alarms, so that two fleets can run beside each other.
type Slot string

// The slots. A first release takes Blue.
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

// AlarmOf returns the slot and the kind of a release's alarm with that name, or "" for another one.
func (e Environment) AlarmOf(name string) (Slot, AlarmKind) {
	for _, slot := range Slots() {
		for _, kind := range AlarmKinds() {
			if e.Alarm(slot, kind) == name {
				return slot, kind
			}
		}
	}
	return "", ""
}

// Alarms returns the names of the alarms of both slots.
func (e Environment) Alarms() (names []string) {
	for _, slot := range Slots() {
		for _, kind := range AlarmKinds() {
			names = append(names, e.Alarm(slot, kind))
		}
	}
	return names
}
