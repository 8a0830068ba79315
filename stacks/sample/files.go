package sample

import (
	"embed"
	"fmt"
	"strings"
)

// serverFile is the configuration of the web server among a part's files.
const serverFile = "server.conf"

//go:embed files
var embedded embed.FS

func file(name string) (string, error) {
	text, err := embedded.ReadFile("files/" + name)
	return string(text), err
}

// frontFiles are those of the front, which passes requests on to a host.
func frontFiles(back string) (map[string]string, error) {
	text, err := file("front.conf")
	return map[string]string{serverFile: strings.Replace(text, "BACK", back, 1)}, err
}

// backFiles are those of the back.
func (a Args) backFiles() (map[string]string, error) {
	files := map[string]string{}
	for name, from := range map[string]string{serverFile: "back.conf", "work.sh": "work.sh", "ask.sh": "ask.sh", "alive.sh": "alive.sh"} {
		text, err := file(from)
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", from, err)
		}
		files[name] = text
	}
	if a.Database.Authorities != "" {
		files["authorities.pem"] = a.Database.Authorities
	}
	return files, nil
}
