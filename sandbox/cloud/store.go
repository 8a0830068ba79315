package cloud

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

// openTimeout is how long to wait for another process to let go of the file.
const openTimeout = 2 * time.Second

var (
	resourcesBucket = []byte("resources")
	metaBucket      = []byte("meta")
	madeBucket      = []byte("made")
	accountKey      = []byte("account")
	seqKey          = []byte("seq")
)

// ErrInUse is returned by [Open] when another process holds the account.
var ErrInUse = errors.New("the account is in use by another process")

// store keeps resources in memory and, when it has a file, writes every
// committed call through to it.
type store struct {
	path      string
	db        *bbolt.DB
	resources map[resourceKey]*Resource
	made      map[string]int
	dirty     []string
	seq       uint64
}

func openStore(path string) (*store, error) {
	s := &store{path: path, resources: map[resourceKey]*Resource{}, made: map[string]int{}}
	if path == "" {
		return s, nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, err
	}
	db, err := openFile(path)
	switch {
	case errors.Is(err, bolterrors.ErrTimeout):
		return nil, fmt.Errorf("%s: %w", path, ErrInUse)
	case err != nil:
		return nil, corrupt(path, err)
	}
	s.db = db
	if err := s.load(); err != nil {
		return nil, errors.Join(corrupt(path, err), db.Close())
	}
	return s, nil
}

// openFile turns the panics with which bbolt meets a damaged file into errors.
func openFile(path string) (db *bbolt.DB, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%v", p)
		}
	}()
	return bbolt.Open(path, 0o600, &bbolt.Options{Timeout: openTimeout})
}

func corrupt(path string, err error) error {
	return fmt.Errorf("the sandbox's account in %s cannot be read (%w): move the file away to begin with an empty account; "+
		"what Pulumi believes to exist is then gone too, so move the folder around it away with it", path, err)
}

func (s *store) load() (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%v", p)
		}
	}()
	return s.db.Update(func(b *bbolt.Tx) error {
		for _, name := range [][]byte{resourcesBucket, metaBucket, madeBucket} {
			if _, err := b.CreateBucketIfNotExists(name); err != nil {
				return err
			}
		}
		if v := b.Bucket(metaBucket).Get(seqKey); len(v) == 8 {
			s.seq = binary.BigEndian.Uint64(v)
		}
		if err := b.Bucket(madeBucket).ForEach(func(k, v []byte) error {
			s.made[string(k)] = int(binary.BigEndian.Uint64(v))
			return nil
		}); err != nil {
			return err
		}
		return b.Bucket(resourcesBucket).ForEach(func(_, v []byte) error {
			r := &Resource{}
			if err := json.Unmarshal(v, r); err != nil {
				return err
			}
			s.resources[r.key()] = r
			return nil
		})
	})
}

var accountID = regexp.MustCompile(`^\d{12}$`)

// accountID is the number of the account in the file, or the one given for a
// new account.
func (s *store) accountID(id string) (string, error) {
	if id == "" {
		id = DefaultAccountID
	}
	if !accountID.MatchString(id) {
		return "", fmt.Errorf("account ID is %q: want twelve digits", id)
	}
	if s.db == nil {
		return id, nil
	}
	err := s.db.Update(func(b *bbolt.Tx) error {
		if v := b.Bucket(metaBucket).Get(accountKey); v != nil {
			id = string(v)
			return nil
		}
		return b.Bucket(metaBucket).Put(accountKey, []byte(id))
	})
	return id, err
}

func (s *store) bump(seed string) {
	s.made[seed]++
	s.dirty = append(s.dirty, seed)
}

func (s *store) commit(puts map[resourceKey]*Resource, dels map[resourceKey]bool, seq uint64) error {
	if s.db != nil {
		if err := s.write(puts, dels, seq); err != nil {
			return fmt.Errorf("writing the sandbox's account to %s: %w", s.path, err)
		}
	}
	s.dirty = nil
	s.seq = seq
	for k, r := range puts {
		s.resources[k] = r
	}
	for k := range dels {
		delete(s.resources, k)
	}
	return nil
}

func (s *store) write(puts map[resourceKey]*Resource, dels map[resourceKey]bool, seq uint64) error {
	return s.db.Update(func(b *bbolt.Tx) error {
		bucket := b.Bucket(resourcesBucket)
		for k, r := range puts {
			v, err := json.Marshal(r)
			if err != nil {
				return err
			}
			if err := bucket.Put(k.bytes(), v); err != nil {
				return err
			}
		}
		for k := range dels {
			if err := bucket.Delete(k.bytes()); err != nil {
				return err
			}
		}
		for _, seed := range s.dirty {
			if err := b.Bucket(madeBucket).Put([]byte(seed), binary.BigEndian.AppendUint64(nil, uint64(s.made[seed]))); err != nil {
				return err
			}
		}
		return b.Bucket(metaBucket).Put(seqKey, binary.BigEndian.AppendUint64(nil, seq))
	})
}

func (s *store) close() error {
	if s.db == nil {
		return nil
	}
	return s.db.Close()
}

func (k resourceKey) bytes() []byte {
	return []byte(strings.Join([]string{k.kind, k.region, k.id}, "\x00"))
}
