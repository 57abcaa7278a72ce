package main

import (
	"context"
	"io"
	"time"

	"github.com/spf13/cobra"
)

func logsCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "logs INSTANCE",
		Short: "Print what an instance's build or service wrote; also of one that is gone",
		Args:  oneArgument("an instance, as `gallery status` lists them"),
		RunE: func(command *cobra.Command, arguments []string) error {
			c, err := findCloud(command)
			if err != nil {
				return err
			}
			follow, err := command.Flags().GetBool("follow")
			if err != nil {
				return err
			}
			return c.logs(command.Context(), command.OutOrStdout(), arguments[0], follow)
		},
	}
	command.Flags().BoolP("follow", "f", false, "go on as more is written, until Ctrl-C")
	return command
}

func (c cloud) logs(ctx context.Context, to io.Writer, instance string, follow bool) error {
	for offset := int64(0); ; {
		log, err := c.Log(ctx, instance, offset)
		if err != nil {
			return err
		}
		read, err := io.Copy(to, log)
		_ = log.Close() // it was read to its end, or err says why not
		if offset += read; err != nil || !follow {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(500 * time.Millisecond):
		}
	}
}
