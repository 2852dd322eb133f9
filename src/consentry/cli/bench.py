"""`consentry bench`: measures this checkout."""

import subprocess
import sys
from pathlib import Path

import click

CHECKOUT = Path(__file__).resolve().parents[3]


@click.command(add_help_option=False, context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
@click.pass_context
def bench(ctx: click.Context) -> None:
    """Measure requests per second, latency and CPU time, beside a bare handler and a peer (from a checkout).

    `consentry bench --help` lists the options.
    """
    if not (CHECKOUT / "bench" / "__main__.py").is_file():
        raise click.ClickException("the benchmark is not installed with the package; run it from a checkout")
    done = subprocess.run([sys.executable, "-m", "bench", *ctx.args], cwd=CHECKOUT, check=False)  # noqa: S603 - itself
    ctx.exit(done.returncode)
