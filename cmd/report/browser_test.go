package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// browser opens the small environment's page in Chromium, and has what it
// complained about.
func browser(t *testing.T) (context.Context, *[]string) {
	t.Helper()
	program := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			program = path
			break
		}
	}
	if program == "" {
		t.Skip("NOT TESTED: the report in a browser: there is no chromium on PATH (Debian's package chromium)")
	}
	_, text := smallPage(t)
	file := filepath.Join(t.TempDir(), "index.html")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program), chromedp.NoSandbox)
	ctx, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	ctx, stop = chromedp.NewContext(ctx)
	t.Cleanup(stop)
	said := &[]string{}
	chromedp.ListenTarget(ctx, func(event any) {
		switch e := event.(type) {
		case *runtime.EventExceptionThrown:
			*said = append(*said, e.ExceptionDetails.Error())
		case *runtime.EventConsoleAPICalled:
			*said = append(*said, "the console was written to: "+string(e.Type))
		case *log.EventEntryAdded:
			*said = append(*said, e.Entry.Text)
		case *network.EventRequestWillBeSent:
			if !strings.HasPrefix(e.Request.URL, "file:") && !strings.HasPrefix(e.Request.URL, "data:") {
				*said = append(*said, "it asks for "+e.Request.URL)
			}
		}
	})
	do(t, ctx, log.Enable(), network.Enable(), runtime.Enable(), chromedp.Navigate("file://"+file))
	return ctx, said
}

func do(t *testing.T, ctx context.Context, actions ...chromedp.Action) {
	t.Helper()
	if err := chromedp.Run(ctx, actions...); err != nil {
		t.Fatal(err)
	}
}

func ask[T any](t *testing.T, ctx context.Context, js string) T {
	t.Helper()
	var out T
	do(t, ctx, chromedp.Evaluate(js, &out))
	return out
}

// eventually waits for what the page does by itself after an event.
func eventually(t *testing.T, ctx context.Context, js, what string) {
	t.Helper()
	if err := chromedp.Run(ctx, chromedp.Poll(js, nil, chromedp.WithPollingInterval(50*time.Millisecond), chromedp.WithPollingTimeout(time.Minute))); err != nil {
		t.Errorf("%s: %v", what, err)
	}
}

// The page opens without a complaint; an answer of the matrix leads to its path,
// by keyboard; a phone scrolls tables and not the page; printing opens every path.
func TestInChromium(t *testing.T) {
	ctx, said := browser(t)
	open := `document.querySelectorAll("details[open]").length`
	if n := ask[int](t, ctx, open); n != 0 {
		t.Errorf("%d parts are open from the beginning", n)
	}
	do(t, ctx, chromedp.Focus(`a[href="#path--nodes--internet"]`), chromedp.KeyEvent("\r"), chromedp.WaitVisible(`#path--nodes--internet .hops`))
	eventually(t, ctx, `document.activeElement.id === "path--nodes--internet"`, "after following an answer the focus is on its path")
	for name, width := range map[string]int64{"phone": 390, "desktop": 1400} {
		do(t, ctx, emulation.SetDeviceMetricsOverride(width, 800, 1, width < 500))
		if over := ask[int](t, ctx, `document.documentElement.scrollWidth - innerWidth`); over > 0 {
			t.Errorf("on a %s the page is %d pixels too wide", name, over)
		}
		// What is cut by the screen's edge says that it goes on.
		hint := `getComputedStyle(document.querySelector("#picture .hint")).display`
		want := map[string]string{"phone": "block", "desktop": "none"}[name]
		eventually(t, ctx, fmt.Sprintf("%s === %q", hint, want), "on a "+name+" the hint to scroll is "+want)
	}
	do(t, ctx, chromedp.Evaluate(`dispatchEvent(new Event("beforeprint"))`, nil), chromedp.ActionFunc(func(ctx context.Context) error {
		_, _, err := page.PrintToPDF().Do(ctx)
		return err
	}))
	eventually(t, ctx, open+" === 1", "after printing, only the part that was open is")
	for _, s := range *said {
		t.Errorf("Chromium says: %s", s)
	}
}

// contrast measures each text against what is behind it, by WCAG 2.2's formula,
// and returns the lowest.
const contrast = `(() => {
  const parse = c => (c.match(/[\d.]+/g) || []).map(Number);
  const light = c => { const [r, g, b] = c.slice(0, 3).map(v => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4); return .2126 * r + .7152 * g + .0722 * b; };
  const behind = e => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c.length === 3 || c[3] > 0) return c; } };
  let worst = 99;
  for (const e of document.querySelectorAll("h1,h2,h3,h4,p,th,td,a,li,summary,.answer,.level,.kind,footer")) {
    if (!e.textContent.trim() || e.classList.contains("skip")) continue;
    const a = light(parse(getComputedStyle(e).color)), b = light(behind(e));
    worst = Math.min(worst, (Math.max(a, b) + .05) / (Math.min(a, b) + .05));
  }
  return worst;
})()`

// Text can be read in light and in dark: 4.5 to 1 at least.
func TestContrast(t *testing.T) {
	ctx, _ := browser(t)
	for _, scheme := range []string{"light", "dark"} {
		do(t, ctx, emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}))
		if got := ask[float64](t, ctx, contrast); got < 4.5 {
			t.Errorf("in %s a text has a contrast of %.2f, want 4.5", scheme, got)
		}
	}
}
