"""Who plays with whom, when, and which cards they may be dealt. Values in, values out; optional answers are not here.

sheet       what one performer plays today: themes, ways of playing, how heavy
cards       which cards fit everyone in a cast, and which of them are held out so that absence says nothing
performer   what matching may know of a performer: nothing about uses, pay or quality
fit         may these play together, how good is it, and why, in one sentence
candidates  who could meet whom in which slot, among thousands
pairs       all slots as one problem: the heaviest matching on the general graph
casts       three to six instead of two
block       the people who showed up, paired again
"""
