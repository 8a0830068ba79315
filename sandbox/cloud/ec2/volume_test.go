package ec2

import (
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

func (w *world) volume(v VolumeSpec) error {
	return w.in(func(tx *cloud.Tx) error { _, err := MakeVolume(tx, v); return err })
}

var volumeRefusals = refusals{
	"unknown type": {volumeType, func(w *world) error { return w.volume(VolumeSpec{Zone: region + "a", Type: "gp9", GiB: 10}) }},
	"too large":    {volumeSize, func(w *world) error { return w.volume(VolumeSpec{Zone: region + "a", Type: "gp2", GiB: 16385}) }},
	"too small":    {volumeSize, func(w *world) error { return w.volume(VolumeSpec{Zone: region + "a", Type: "st1", GiB: 124}) }},
	"zone":         {zoneUnknown, func(w *world) error { return w.volume(VolumeSpec{Zone: "eu-west-1a", GiB: 10}) }},
}

func TestVolumeRefusals(t *testing.T) { t.Parallel(); volumeRefusals.run(t) }

func TestVolumeUnderAKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key := w.make(cloud.KMSKey, cloud.Props{"deletionWindowInDays": 7.0})
	spec := VolumeSpec{Zone: region + "b", GiB: 4, KMSKey: key.Props.Str("arn"), Owner: "test"}
	if err := w.volume(spec); err != nil {
		t.Fatal(err)
	}
	for _, r := range w.acct.Resources() {
		if r.Kind == cloud.Volume && (!r.Props.Bool("encrypted") || r.Props.Str("type") != "gp3" || r.Props.Str("availabilityZone") != region+"b") {
			t.Errorf("got %v", r.Props)
		}
	}
	w.mustDelete(key)
	if w.volume(spec) == nil {
		t.Error("a key that waits for its deletion encrypts a volume")
	}
}
