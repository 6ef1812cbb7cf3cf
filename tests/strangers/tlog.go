// A stranger reads a record of ours: golang.org/x/mod, the code behind Go's own checksum database, on the files as they
// are served. Nothing of it is ours but this file, which maps C2SP's paths (tile/L/N) onto x/mod's (tile/H/L/N).
//
//	GO111MODULE=off GOPATH=/usr/share/gocode go run tests/strangers/tlog.go FOLDER VKEY [OLD-CHECKPOINT]
//
// Checked: the note's signature, the tree's hash, every entry under its leaf, every entry's inclusion proof, and that
// the tree continues the one of OLD-CHECKPOINT. Prints what it checked; exit code 1 and one line where anything fails.
package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

type shelf string

func (s shelf) Height() int                       { return height }
func (s shelf) SaveTiles([]tlog.Tile, [][]byte) {}
func (s shelf) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, one := range tiles {
		path := strings.Replace(one.Path(), fmt.Sprintf("tile/%d/", height), "tile/", 1)
		content, err := os.ReadFile(filepath.Join(string(s), path))
		if err != nil {
			return nil, err
		}
		found = append(found, content)
	}
	return found, nil
}

func (s shelf) entries(size int64) [][]byte {
	var found [][]byte
	for number := int64(0); number*256 < size; number++ {
		tile := tlog.Tile{H: height, L: 0, N: number, W: int(min(256, size-number*256))}
		path := strings.Replace(tile.Path(), fmt.Sprintf("tile/%d/0/", height), "tile/entries/", 1)
		content := must(os.ReadFile(filepath.Join(string(s), path)))
		for len(content) > 0 {
			length := int(binary.BigEndian.Uint16(content))
			found, content = append(found, content[2:2+length]), content[2+length:]
		}
	}
	return found
}

// checkpoint opens a signed note whose first three lines are origin, size and root (C2SP tlog-checkpoint).
func checkpoint(path string, key note.Verifier) tlog.Tree {
	opened := must(note.Open(must(os.ReadFile(path)), note.VerifierList(key)))
	lines := strings.SplitN(opened.Text, "\n", 2)
	if lines[0] != key.Name() {
		fail("the checkpoint is of " + lines[0])
	}
	// x/mod's own parser, which knows its own origin only
	return must(tlog.ParseTree([]byte("go.sum database tree\n" + lines[1])))
}

func main() {
	folder, key := shelf(os.Args[1]), must(note.NewVerifier(os.Args[2]))
	tree := checkpoint(filepath.Join(os.Args[1], "checkpoint"), key)
	reader := tlog.TileHashReader(tree, folder)
	if root := must(tlog.TreeHash(tree.N, reader)); root != tree.Hash {
		fail("the tiles give another root")
	}
	entries := folder.entries(tree.N)
	if int64(len(entries)) != tree.N {
		fail(fmt.Sprintf("%d entries in a tree of %d", len(entries), tree.N))
	}
	for index, entry := range entries {
		proof := must(tlog.ProveRecord(tree.N, int64(index), reader))
		check(tlog.CheckRecord(proof, tree.N, tree.Hash, int64(index), tlog.RecordHash(entry)))
	}
	fmt.Printf("%d entries are under the signed root, each with its proof\n", tree.N)
	if len(os.Args) > 3 {
		old := checkpoint(os.Args[3], key)
		proof := must(tlog.ProveTree(tree.N, old.N, reader))
		check(tlog.CheckTree(proof, tree.N, tree.Hash, old.N, old.Hash))
		fmt.Printf("it continues the tree of %d\n", old.N)
	}
}

func must[T any](found T, err error) T {
	check(err)
	return found
}

func check(err error) {
	if err != nil {
		fail(err.Error())
	}
}

func fail(why string) {
	fmt.Fprintln(os.Stderr, why)
	os.Exit(1)
}

func min(a, b int64) int64 {
	if a < b {
		return a
	}
	return b
}
