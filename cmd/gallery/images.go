package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"photogallery/internal/environment"
	"photogallery/release"
)

func imagesCommand() *cobra.Command {
	var sbom bool
	var with string
	command := &cobra.Command{
		Use:   "images [IMAGE]",
		Short: "List the images that releases made, newest first, or show what is in one",
		Long: `List the images that releases made, newest first, with the age of the base image
that each was baked on.

--sbom writes the software bill of materials of an image, CycloneDX 1.6 in JSON,
as its builder wrote it: the packages of the system, of Python and of Node, and
the files of the bundle with their SHA-256. --diff lists the packages that
another image has added, removed or changed.`,
		Example: `  gallery images
  gallery images ami-0123456789abcdef0 --sbom >image.cdx.json
  gallery images ami-0123456789abcdef0 --diff ami-0fedcba9876543210`,
		Args:              atMostOne("an image, as `gallery images` lists them, with --sbom or --diff"),
		ValidArgsFunction: imageIDs,
		RunE: func(command *cobra.Command, arguments []string) error {
			if err := checkImageFlags(arguments, sbom, with); err != nil {
				return err
			}
			return onCloud(command, func(c cloud) error {
				switch {
				case sbom:
					return c.showSBOM(command, arguments[0])
				case with != "":
					return c.showChanges(command, arguments[0], with)
				}
				return c.listImages(command)
			})
		},
	}
	command.Flags().BoolVar(&sbom, "sbom", false, "write the image's software bill of materials to standard output")
	command.Flags().StringVar(&with, "diff", "", "list what differs from IMAGE to this `image`, package by package")
	addJSONFlag(command)
	completeFlag(command, "diff", imageIDs)
	return command
}

func checkImageFlags(arguments []string, sbom bool, with string) error {
	switch asked := sbom || with != ""; {
	case sbom && with != "":
		return release.Errorf(release.InvalidRequest, "--sbom and --diff do not go together: leave out one of the two")
	case asked && len(arguments) == 0:
		return release.Errorf(release.InvalidRequest, "--sbom and --diff are about one image: give its ID, as `gallery images` lists it")
	case !asked && len(arguments) > 0:
		return release.Errorf(release.InvalidRequest, "%q: an image is given with --sbom or --diff; leave it out to list all images", arguments[0])
	}
	return nil
}

func (c cloud) listImages(command *cobra.Command) error {
	images, err := c.Images(command.Context())
	if err != nil {
		return err
	}
	if len(images) == 0 && !wantsJSON(command) {
		fmt.Fprintln(command.ErrOrStderr(), "There is no image: the first release makes one.")
		return nil
	}
	return show(command, images, []string{"IMAGE", "VERSION", "USE", "SIZE", "CREATED", "BASE", "RELEASE"}, imageRow)
}

func (c cloud) showSBOM(command *cobra.Command, image string) error {
	text, err := c.SBOM(command.Context(), image)
	if err != nil {
		return err
	}
	_, err = command.OutOrStdout().Write(text)
	return err
}

func (c cloud) showChanges(command *cobra.Command, from, to string) error {
	before, err := c.SBOM(command.Context(), from)
	if err != nil {
		return err
	}
	after, err := c.SBOM(command.Context(), to)
	if err != nil {
		return err
	}
	changes, err := environment.Changes(before, after)
	if err != nil {
		return err
	}
	if len(changes) == 0 && !wantsJSON(command) {
		fmt.Fprintf(command.ErrOrStderr(), "Images %s and %s have the same packages in the same versions.\n", from, to)
		return nil
	}
	return show(command, changes, []string{"PACKAGE", "KIND", "FROM", "TO"}, func(one environment.Change) []any {
		return []any{one.Package, one.Kind, orDash(one.From), orDash(one.To)}
	})
}

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

func imageRow(i environment.Image) []any {
	use := "spare"
	switch {
	case i.State != "available":
		use = i.State
	case i.Serving:
		use = "serves"
	case i.Former:
		use = "a rollback returns to it"
	}
	return []any{i.ID, i.Version, use, sizeOf(i.Bytes), i.Created.Local().Format(time.DateTime), baseInShort(i.Base, time.Now()), i.Release}
}

func sizeOf(bytes int64) string {
	if bytes < 1e6 {
		return fmt.Sprintf("%.1f kB", float64(bytes)/1e3)
	}
	return fmt.Sprintf("%.1f MB", float64(bytes)/1e6)
}
