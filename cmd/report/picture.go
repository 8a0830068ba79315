package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"

	"oss.terrastruct.com/d2/d2graph"
	"oss.terrastruct.com/d2/d2layouts/d2dagrelayout"
	"oss.terrastruct.com/d2/d2lib"
	"oss.terrastruct.com/d2/d2renderers/d2svg"
	"oss.terrastruct.com/d2/d2themes/d2themescatalog"
	"oss.terrastruct.com/d2/lib/log"
	"oss.terrastruct.com/d2/lib/textmeasure"
)

// draw lays a diagram out and draws it, in light and in dark.
func draw(ctx context.Context, source string) ([]byte, error) {
	ctx = log.With(ctx, slog.New(slog.NewTextHandler(io.Discard, nil)))
	ruler, err := textmeasure.NewRuler()
	if err != nil {
		return nil, err
	}
	var (
		layout      = func(string) (d2graph.LayoutGraph, error) { return d2dagrelayout.DefaultLayout, nil }
		pad         = int64(8)
		light, dark = d2themescatalog.NeutralDefault.ID, d2themescatalog.DarkMauve.ID
		bare        = true
		salt        = "environment"
		render      = &d2svg.RenderOpts{Pad: &pad, ThemeID: &light, DarkThemeID: &dark, NoXMLTag: &bare, Salt: &salt}
	)
	diagram, _, err := d2lib.Compile(ctx, source, &d2lib.CompileOptions{Ruler: ruler, LayoutResolver: layout}, render)
	if err != nil {
		return nil, fmt.Errorf("drawing the environment: %w", err)
	}
	return d2svg.Render(diagram, render)
}
