"""Circuits built from neurosim's neurons: functions that return a `neurosim.Circuit`.

- `logic`: gates, expressions, truth tables, selectors, a latch and a ring oscillator
- `arithmetic`: adders, a subtractor, a comparator and a multiplier
- `retina`: photoreceptors and ganglion cells
- `lgn`: the lecture's listing, and ON and OFF sheets behind a retina
- `cortex`: simple, complex and normalized cells of V1
- `motion`: Hassenstein and Reichardt's detector, and motion energy
- `sound`: delay lines and coincidence cells
- `edges`: zero crossings of a difference of Gaussians
- `competition`: the winner takes all
- `memory`: the integrator of eye movements
- `perceptron`: threshold neurons with given weights, or with those that they learned
- `cognitron`: sheets of cells that learned images without a teacher

`stimuli` holds the images and movies that they are shown; `physiology` measures their tuning;
`exercises` are what students build, for `neurosim grade`.
"""
