package engine

import (
	"maps"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/auto/events"
)

// PolicyFinding is what a policy says about one resource.
type PolicyFinding struct {
	// Policy is its name, Level mandatory or advisory, Severity critical to low.
	Policy   string `json:"policy"`
	Level    string `json:"level"`
	Severity string `json:"severity,omitempty"`
	// Resource is the logical name, URN the identity.
	Resource string `json:"resource"`
	URN      string `json:"urn"`
	// Message says what is wrong and how to fix it.
	Message string `json:"message"`
}

// Judgement is what policy packs said in a preview or an update.
type Judgement struct {
	// Packs are the names of those that were asked.
	Packs    []string        `json:"packs"`
	Findings []PolicyFinding `json:"findings"`
}

// Judgement is what the policy packs said in the last Preview or Up.
func (s *Session) Judgement() Judgement { return s.judgement }

// listen keeps what policy packs say. What it returns as second must be called
// after the Automation API has returned, which has then handed over every event;
// of a command that did not begin there is none to wait for. Without packs there
// is nothing to hear, and no stream.
func (s *Session) listen() (streams []chan<- events.EngineEvent, end func()) {
	s.judgement = Judgement{}
	if len(s.env.PolicyPacks) == 0 {
		return nil, func() {}
	}
	stream := make(chan events.EngineEvent)
	stop, done := make(chan struct{}), make(chan struct{})
	packs, found := map[string]bool{}, []PolicyFinding{}
	go func() {
		defer close(done)
		for {
			select {
			case e, open := <-stream:
				if !open {
					return
				}
				switch {
				case e.PolicyEvent != nil:
					p := e.PolicyEvent
					packs[p.PolicyPackName] = true
					found = append(found, PolicyFinding{
						Policy: p.PolicyName, Level: p.EnforcementLevel, Severity: p.Severity,
						Resource: logicalName(p.ResourceURN), URN: p.ResourceURN, Message: strings.TrimSpace(p.Message),
					})
				case e.PolicyAnalyzeSummaryEvent != nil:
					packs[e.PolicyAnalyzeSummaryEvent.PolicyPackName] = true
				case e.PolicyAnalyzeStackSummaryEvent != nil:
					packs[e.PolicyAnalyzeStackSummaryEvent.PolicyPackName] = true
				}
			case <-stop:
				return
			}
		}
	}()
	return []chan<- events.EngineEvent{stream}, func() {
		close(stop)
		<-done
		s.judgement = Judgement{Packs: slices.Sorted(maps.Keys(packs)), Findings: found}
	}
}
