"""`python -m bot.supervisor.training_process --output DIR --name NAME`; started by bot.supervisor.model."""

from __future__ import annotations

import argparse
import random
import sys
from functools import partialmethod
from pathlib import Path

from bot.settings import ROOT, load_settings
from bot.supervisor import engine_logging
from bot.supervisor.lifeline import hold_on
from bot.supervisor.model import TRAINING_DATA
from bot.supervisor.without_tensorflow import leave_out_if_unused

SEED = 20240701


def main() -> int:
    """Trains DIR/NAME.tar.gz; the exit code."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--name", required=True)
    arguments = parser.parse_args()
    hold_on()
    leave_out_if_unused(ROOT / "config.yml")
    engine_logging.configure(load_settings(), "training")

    import numpy
    import tqdm

    tqdm.tqdm.__init__ = partialmethod(tqdm.tqdm.__init__, disable=True)  # thousands of bars in the log
    from rasa.model_training import train

    from bot.nlu import engine

    engine.mend()  # before the messages are read

    random.seed(SEED)
    numpy.random.seed(SEED)
    result = train(
        domain=str(ROOT / "domain"),
        config=str(ROOT / "config.yml"),
        training_files=[str(ROOT / folder) for folder in TRAINING_DATA],
        output=str(arguments.output),
        fixed_model_name=arguments.name,
        force_training=True,
    )
    return int(result.code)


if __name__ == "__main__":
    sys.exit(main())
