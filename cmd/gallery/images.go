package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"photogallery/internal/local/control"
)

func imagesCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "images",
		Short: "List the images that releases made, newest first",
		Args:  noArguments,
		RunE: func(command *cobra.Command, _ []string) error {
			return onCloud(command, func(c cloud) error {
				images, err := c.Images(command.Context())
				if err != nil {
					return err
				}
				return show(command, images, []string{"IMAGE", "VERSION", "RELEASE", "CREATED", "SIZE", ""}, imageRow)
			})
		},
	}
	addJSONFlag(command)
	return command
}

func imageRow(i control.Image) []any {
	role := ""
	switch {
	case i.State != "available":
		role = i.State
	case i.Serving:
		role = "serves"
	case i.Former:
		role = "a rollback returns to it"
	}
	return []any{i.ID, i.Version, i.Release, i.Created.Local().Format(time.DateTime), fmt.Sprintf("%.1f MB", float64(i.Bytes)/1e6), role}
}
