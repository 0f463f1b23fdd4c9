"""Makes forms_*.h5 and forms_*.txt: one dataset for each way to store numbers, as
h5py 3.14 (HDF5 1.14.6) and NumPy 2.4 write it. A line of the .txt is a dataset: kind, path,
shape and the sum of its values as float32, added in double.

    python -m venv v && v/bin/pip install h5py==3.14.0 numpy==2.4.6 ml_dtypes==0.6.0
    v/bin/python make.py
"""
import h5py
import ml_dtypes
import numpy as np

rng = np.random.default_rng(3)


def low_level(f, name, data, prepare):
    dcpl = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    prepare(dcpl)
    space = h5py.h5s.create_simple(data.shape)
    h5py.Dataset(h5py.h5d.create(f.id, name, h5py.h5t.NATIVE_FLOAT, space, dcpl))[...] = data


def early(dcpl):
    dcpl.set_chunk((8, 9))
    dcpl.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)


for version in ["earliest", "v108", "v110"]:
    with h5py.File(f"forms_{version}.h5", "w", libver=(version, version if version != "earliest" else "latest")) as f:
        a = rng.standard_normal((17, 23)).astype("f4")
        f["contiguous"] = a
        f["scalar"] = np.float32(2.5)
        chunked = f.create_group("chunked")
        chunked.create_dataset("plain", data=a, chunks=(8, 9))
        chunked.create_dataset("one", data=a, chunks=(17, 23), compression="gzip", shuffle=True, fletcher32=True)
        chunked.create_dataset("lzf", data=a, chunks=(5, 7), compression="lzf")
        chunked.create_dataset("lzf_zeros", data=np.zeros((60, 60), "f4"), chunks=(50, 50), compression="lzf")
        chunked.create_dataset("gzip_fletcher", data=a, chunks=(5, 7), compression="gzip", fletcher32=True)
        chunked.create_dataset("pages", data=np.arange(2200, dtype="f4"), chunks=(2,))
        chunked.create_dataset("growing_two", data=a, chunks=(5, 7), maxshape=(None, None))
        chunked.create_dataset("growing_gzip", data=a, chunks=(5, 7), maxshape=(None, None), compression="gzip", shuffle=True)
        if version != "v110":  # an extensible array is refused
            chunked.create_dataset("growing_one", data=a, chunks=(5, 7), maxshape=(None, 23))
        chunked.create_dataset("four_axes", data=rng.standard_normal((3, 4, 5, 2)).astype("f4"), chunks=(2, 3, 2, 2), compression="gzip", shuffle=True)
        low_level(f, b"early", a, early)
        low_level(f, b"compact", a[:, 0].copy(), lambda p: p.set_layout(h5py.h5d.COMPACT))
        types = f.create_group("types")
        for t in ["f2", "f8", ">f2", ">f4", ">f8"]:
            types["float_" + t.replace(">", "big_")] = a.astype("f4").astype(t)
        special = np.array([0, -0.0, 65504, 6e-8, -6.1e-5, 1 / 3], "f2")
        types["halves"] = special
        for t in ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", ">i4", ">i8"]:
            types["int_" + t.replace(">", "big_")] = np.array(-5 if "i" in t else 200, dtype=t)
        types["bfloat16"] = a[0].astype(ml_dtypes.bfloat16).view("V2")
        types["bfloat16"].attrs["dtype"] = "bfloat16"
        many = f.create_group("many")
        for i in range(60 if version == "earliest" else 150):
            many[f"name{i:05d}_{'x' * (i % 50)}"] = np.float32(i)
        attrs = f.create_group("attributes")
        for i in range(12):
            attrs.attrs[f"a{i}"] = f"value {i} 한글"
        attrs.attrs["weight_names"] = [s.encode() for s in ["a", "bb", "은닉층/kernel:0"]]
        attrs.attrs["fixed"] = np.array(["x", "yy"], dtype="S5")
        attrs.attrs["empty"] = []
        attrs.attrs["number"] = 3.0
    with h5py.File(f"forms_{version}.h5") as f, open(f"forms_{version}.txt", "w") as out:

        def line(name, x):
            if not isinstance(x, h5py.Dataset):
                return
            if x.dtype.kind in "iu":
                print("int", name, "[]", int(x[()]), file=out)
                return
            v = x[()]
            v = v.view(ml_dtypes.bfloat16) if x.dtype.kind == "V" else v
            shape = "[" + ",".join(map(str, x.shape)) + "]"
            print("float", name, shape, repr(float(np.asarray(v, "f4").astype("f8").ravel().cumsum()[-1])), file=out)

        f.visititems(line)
