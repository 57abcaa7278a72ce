package mutants

const runScript = "gallery-ami/recipe/run.sh"

// runMutants lose the output of a command, or let the app serve beside it.
var runMutants = []mutant{
	{"of a large output the beginning is kept", []edit{
		{runScript, "", `tail -c "$((most + 1))" <"$work/pipe"`, `head -c "$((most + 1))" <"$work/pipe"`},
	}},
	{"the app serves beside a command", []edit{
		{runScript, "", "systemctl stop photogallery.service\n", ""},
	}},
}
